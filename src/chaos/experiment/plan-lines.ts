// What an experiment would do, in words and in the order in which it would do it.

import { formatDuration } from '../../system/duration.ts'
import type { Experiment, PlannedFault, Probe } from './experiment.ts'
import { expectedOf, nameOf } from './judge.ts'
import { limitsText } from './reading-of-load.ts'

export interface PlanLine {
  /** '' goes on with the line above. */
  title: string
  text: string
}

export function planLines(experiment: Experiment): PlanLine[] {
  const { load, probes, method, recover, halt, limits, checksInvariants } = experiment
  const closed = recover.breakersClose ? ', every breaker closed' : ''
  return [
    line('load', `${load.ratePerSecond} rps of ${load.scenario} for ${formatDuration(load.durationMs)}`),
    ...(load.warmUpMs > 0 ? [line('', `after ${formatDuration(load.warmUpMs)} of warm-up`)] : []),
    ...probes.map((probe, index) => line(index === 0 ? 'steady' : '', probeText(probe))),
    ...method.flatMap(faultLines),
    line('recover', `within ${formatDuration(recover.withinMs)}${closed}`),
    ...halt.map(({ name }) => line('halt', name)),
    line('limits', `${formatDuration(limits.maxDurationMs)}, services: ${limits.maxServices}`),
    ...(checksInvariants ? [line('expect', 'invariants')] : []),
  ]
}

const line = (title: string, text: string): PlanLine => ({ title, text })

function faultLines(fault: PlannedFault): PlanLine[] {
  const { name, atMs, forMs, options, expect } = fault
  const told = Object.entries(options).filter(([key]) => key !== 'seed')
  const extra = told.map(([key, value]) => `, ${key} ${JSON.stringify(value)}`).join('')
  return [
    line(formatDuration(atMs), `${name} for ${formatDuration(forMs)}${extra}`),
    ...expect.map((one) => line('', `  ${nameOf(one, fault)}: ${expectedOf(one)}`)),
  ]
}

function probeText(probe: Probe): string {
  if (probe.kind === 'http') {
    return `${probe.name}: ${probe.service}${probe.path} answers ${probe.status ?? '2xx'}, asked every ${formatDuration(probe.everyMs)}`
  }
  const of = probe.requests === null ? '' : ` of ${probe.requests.join(', ')}`
  return `${probe.name}: ${limitsText(probe)}${of}, over ${formatDuration(probe.windowMs)}`
}
