// Faults: data → text.

import chalk from 'chalk'
import type { SystemEvent } from '../../events.ts'
import type { FaultStatus } from '../../system/agent-api.ts'
import { formatDuration } from '../../system/duration.ts'
import type { FaultDeclaration, FaultRequest } from '../../system/fault-declaration.ts'
import { formatParameter, type ParameterValue } from '../../system/parameters.ts'
import { table } from './table.ts'

export interface FaultList {
  halted: boolean
  /** Newest first. */
  faults: FaultStatus[]
}

/** One fault that was just set and is not waited for. */
export function setView({ id, kind, target, requestedAt, expiresAt, detail }: FaultStatus): string {
  return [
    `${chalk.magenta(kind)} ${target}: ${detail ?? 'applied'}. It ends by itself in ${formatDuration(Math.round(expiresAt - requestedAt))}.`,
    `Fault ${chalk.bold(id)}. End it early with ${chalk.cyan(`msvc chaos heal ${id}`)}, see it with ${chalk.cyan('msvc chaos status')}.`,
  ].join('\n')
}

/** With --dry-run. */
export function plannedView({ params }: FaultDeclaration, plan: FaultRequest): string {
  const { kind, target, forMs = 0 } = plan
  const said = params
    .map((parameter) => [parameter, plan.params?.[parameter.name]] as const)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([parameter, value]) => `${parameter.name} ${formatParameter(parameter, value as ParameterValue)}`)
  const details = [
    ...said,
    ...(plan.percent === undefined || plan.percent === 100 ? [] : [`${plan.percent}%`]),
    ...(plan.direction === undefined ? [] : [plan.direction]),
  ]
  return `Would set ${kind} on ${target} for ${formatDuration(forMs)}${details.length > 0 ? `: ${details.join(', ')}` : ''}. Nothing was set.`
}

/** One fault that was followed to its end. */
export function endView({ id, kind, target, state, detail }: FaultStatus): string {
  if (state === 'healed') return `${kind} ${target} is over: ${target} is ${whole(target)} again.`
  if (state === 'failed') return chalk.red(`${kind} ${target} (${id}): ${detail ?? 'failed'}.`)
  return `${kind} ${target} (${id}) goes on until its lease ends; end it with ${chalk.cyan(`msvc chaos heal ${id}`)}.`
}

/** @param now epoch ms */
export function faultsView({ halted, faults }: FaultList, now: number): string {
  const head = halted ? [chalk.yellow('Halted: no fault is set until `msvc chaos halt --lift`.')] : []
  if (faults.length === 0) return [...head, 'No fault was set since `msvc up`.'].join('\n')
  return [...head, ...table(faultRows(faults, now))].join('\n')
}

/** Some are still in force. */
export const isResidual = ({ state, healedAt }: FaultStatus): boolean =>
  state === 'failed' && healedAt === null

export function healedView(healed: FaultStatus[]): string {
  if (healed.length === 0) return 'No fault was open.'
  return healed
    .map(({ id, kind, target, state, detail }) =>
      state === 'healed'
        ? `${id} (${kind} ${target}) healed; ${target} is ${whole(target)}.`
        : chalk.red(`${id} (${kind} ${target}): ${detail ?? state}.`),
    )
    .join('\n')
}

export function faultRows(faults: FaultStatus[], now: number): string[][] {
  return [
    ['FAULT', 'KIND', 'TARGET', 'STATE', 'ENDS', ''].map((title) => chalk.dim(title)),
    ...faults.map(({ id, kind, target, state, expiresAt, detail }) => [
      id,
      kind,
      target,
      state === 'failed' ? chalk.red(state) : state === 'healed' ? chalk.green(state) : chalk.magenta(state),
      state === 'active' ? `in ${Math.max(0, Math.ceil((expiresAt - now) / 1000))}s` : '',
      chalk.dim(detail ?? ''),
    ]),
  ]
}

/** Under the events while a fault is waited for: what its end brings, and when. */
export const countdown = ({ kind, target }: Pick<FaultStatus, 'kind' | 'target'>, leftMs: number): string =>
  chalk.dim(
    leftMs > 0
      ? `${kind} ${target}: ${endsIn(kind, leftMs)} · Ctrl-C ends it now`
      : 'the lease has ended; waiting until all is well again',
  )

/** A killed service comes back; one under any other fault was never gone. */
export const endsIn = (kind: string, leftMs: number): string =>
  `${kind === 'kill' ? 'back' : 'ends'} in ${Math.ceil(Math.max(0, leftMs) / 1000)} s`

/** What a service is when it is well, and an edge. */
const whole = (target: string): string => (target.includes(':') ? 'whole' : 'ready')

/** One event of a fault's story. @param zero epoch ms from which its time counts */
export function eventLine(event: SystemEvent, zero: number): string {
  const ms = Math.round(event.at - zero)
  const time = `${ms < 0 ? '' : '+'}${ms} ms`.padStart(10)
  return `${chalk.dim(time)}  ${describeEvent(event)}`
}

const appliedText = ({ kind, target, pids }: { kind: string; target: string; pids: number[] }): string =>
  `${kind} ${target}: ${pids.length > 0 ? `pid ${pids.join(', ')}` : 'in place'}`

/** What happened, without its time. */
export function describeEvent(event: SystemEvent): string {
  const { subject } = event
  switch (event.type) {
    case 'service.started':
      return `${subject} started (pid ${event.data.pid})`
    case 'service.ready':
      return `${subject} ${chalk.green('ready')} after ${Math.round(event.data.afterMs)} ms`
    case 'service.exited': {
      const { code, signal, expected, pid, restartInMs } = event.data
      const how = signal === null ? `code ${code}` : signal
      if (expected) return `${subject} ended (${how})`
      const next = restartInMs === undefined ? '' : `; starts again in ${formatDuration(restartInMs)}`
      return `${subject} ${chalk.red('ended by itself')} (pid ${pid}, ${how})${next}`
    }
    case 'service.restarted':
      return `${subject} starts again, try ${event.data.attempt} (${event.data.reason})`
    case 'service.crash-looped':
      return [
        `${subject} ${chalk.red('keeps crashing')}: ${event.data.exits} times; it is not started again`,
        ...event.data.lastLines.map((line) => `${' '.repeat(12)}${chalk.dim(line)}`),
      ].join('\n')
    case 'proxy.lost':
      return chalk.red(event.data.reason)
    case 'breaker.transition': {
      const { from, to, reason } = event.data
      const colour = to === 'closed' ? chalk.green : to === 'open' ? chalk.red : chalk.yellow
      return `breaker ${subject.replace(':', ' → ')}: ${from.replace('_', '-')} → ${colour(to.replace('_', '-'))} ${chalk.dim(reason)}`
    }
    case 'fault.requested':
      return `${event.data.kind} ${event.data.target} asked for, for ${formatDuration(event.data.leaseMs)}`
    case 'fault.applied':
      return chalk.magenta(appliedText(event.data))
    case 'fault.bit':
      return chalk.magenta(event.data.evidence)
    case 'fault.healed':
      return chalk.green(`${event.data.kind} ${event.data.target} healed (${event.data.by})`)
    case 'fault.failed':
      return chalk.red(`${event.data.kind} ${event.data.target} failed: ${event.data.reason}`)
    default:
      return `${event.type} ${subject}`
  }
}
