// What the commands of all faults have in common: arguments and flags come from the fault's declaration,
// so that one table gives flags, checks, help and what is sent.

import { string as argument } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import type { SystemEvent } from '../events.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import { formatDuration, parseDuration } from '../system/duration.ts'
import {
  commonParameters,
  readFaultSettings,
  type FaultDeclaration,
  type FaultDirection,
  type FaultRequest,
} from '../system/fault-declaration.ts'
import { formatParameter, readParameter, type Parameter } from '../system/parameters.ts'
import { BaseCommand, exitCodes } from './base-command.ts'
import { countdown, endView, eventLine, plannedView, setView } from './views/chaos.ts'

/** What the command asks of the running fleet. */
export interface FaultTools {
  /** Checks everything, sets nothing. */
  check(request: FaultRequest): Promise<FaultRequest>
  set(request: FaultRequest): Promise<FaultStatus>
  /** Resolves with the fault as it ended. */
  watch(
    fault: FaultStatus,
    views: { event(event: SystemEvent, zero: number): void; tick(leftMs: number): void },
  ): Promise<FaultStatus>
}

interface Parsed {
  args: { target: string }
  flags: Record<string, string | boolean | undefined>
}

export type FaultPlan = FaultRequest & { dryRun: true }

export abstract class FaultCommand extends BaseCommand {
  protected async inject(
    declaration: FaultDeclaration,
    { args, flags }: { args: object; flags: object },
    tools: FaultTools,
  ): Promise<FaultStatus | FaultPlan> {
    const parsed = { args, flags } as Parsed
    const request = requestOf(declaration, parsed)
    if (parsed.flags['dry-run'] === true) {
      const plan = { ...(await tools.check(request)), dryRun: true as const }
      return this.show(plan, plannedView(declaration, plan))
    }
    const fault = await tools.set(request)
    if (!this.isWatched() || parsed.flags['detach'] === true) return this.show(fault, setView(fault))

    const footer = await this.liveLines()
    const end = await tools.watch(fault, {
      event: (event, zero) => {
        footer.clear()
        this.log(eventLine(event, zero))
      },
      tick: (leftMs) => footer(countdown(fault, leftMs)),
    })
    footer.clear()
    if (end.state === 'failed') this.endWith(end.healedAt === null ? exitCodes.residual : exitCodes.failed)
    return this.show(end, endView(end))
  }
}

export const faultArgs = ({ target }: FaultDeclaration) => ({
  target: argument({
    required: true,
    description: target === 'service' ? 'Name of the service.' : 'The edge, such as order:payment.',
  }),
})

export const faultFlags = (declaration: FaultDeclaration) => ({
  ...Object.fromEntries(declaration.params.map((parameter) => [parameter.name, flagOf(parameter)])),
  ...(declaration.percentOf && {
    percent: string({
      description: `How many of the ${declaration.percentOf} it breaks.`,
      default: '100',
      helpValue: '<percent>',
    }),
  }),
  ...(declaration.directions && {
    direction: string({
      description: 'What the caller sends (up), what comes back (down), or both.',
      options: [...declaration.directions],
      default: declaration.directions[0]!,
    }),
  }),
  ...((declaration.percentOf ?? declaration.isRandom) && {
    seed: string({ description: sentence(commonParameters.seed.help), default: '1', helpValue: '<number>' }),
  }),
  for: string({
    description: 'How long it lasts, 15m at most.',
    default: formatDuration(declaration.defaultLeaseMs),
    helpValue: '<duration>',
  }),
  'dry-run': boolean({ description: 'Check everything, break nothing.' }),
  detach: boolean({ description: 'Return at once with the id of the fault.' }),
})

const helpValues: Record<Parameter['unit'], string> = {
  time: '<duration>',
  bytes: '<size>',
  rate: '<size>/s',
  percent: '<percent>',
  count: '<number>',
  text: '<text>',
  flag: '',
  choice: '',
}

function flagOf(parameter: Parameter) {
  const { unit, choices, help } = parameter
  const description = sentence(help)
  if (unit === 'flag') return boolean({ description })
  const usual = parameter.default
  return string({
    description,
    ...(choices !== undefined ? { options: [...choices] } : { helpValue: helpValues[unit] }),
    ...(usual === undefined
      ? { required: true }
      : usual === '' || usual === 0
        ? {}
        : { default: formatParameter(parameter, usual) }),
  })
}

const sentence = (help: string): string => `${help[0]!.toUpperCase()}${help.slice(1)}.`

/** Typed texts → the request with every value read and checked. */
function requestOf(declaration: FaultDeclaration, { args, flags }: Parsed): FaultRequest {
  const { kind, params, percentOf, directions, isRandom } = declaration
  const written = (name: string): string => `--${name}`
  const given = Object.fromEntries(
    params.flatMap(({ name }) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  )
  const number = (name: 'percent' | 'seed'): number =>
    Number(readParameter(commonParameters[name], flags[name], written(name)))
  const request = {
    ...(percentOf && { percent: number('percent') }),
    ...(directions && { direction: flags['direction'] as FaultDirection }),
    ...((percentOf ?? isRandom) && { seed: number('seed') }),
  }
  const settings = readFaultSettings(declaration, { ...request, params: given }, written)
  const forMs = parseDuration(String(flags['for']), '--for')
  return { kind, target: args.target, forMs, ...request, params: settings.params }
}
