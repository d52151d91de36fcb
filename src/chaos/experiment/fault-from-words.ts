// What follows `msvc` on a command line that sets a fault → that fault, as an experiment's file has it.
//
//   chaos latency order:payment --for 10s --latency 100ms --detach

import { UserError } from '../../errors.ts'
import { formatDuration, parseDuration } from '../../system/duration.ts'
import { readFaultSettings, type FaultDirection } from '../../system/fault-declaration.ts'
import { allEdgesOf, type System } from '../../system/system.ts'
import type { FaultKind } from '../fault.ts'
import { readLeaseMs } from '../lease.ts'

export interface FaultFromWords {
  fault: string
  target: string
  for: string
  percent?: number
  direction?: string
  params?: Record<string, string | true>
}

const usualForMs = 10_000

/** They change what the command says, and not what it breaks. */
const aboutTheCommand = ['detach', 'json', 'no-input']

/** @param refused makes the error; it is told why, where there is more to say than that it is no fault */
export function faultFromWords(
  words: readonly string[],
  { kinds, system }: { kinds: readonly FaultKind[]; system: System },
  refused: (why: string) => Error,
): FaultFromWords {
  const [topic, fault, target = '', ...flags] = words
  const kind = topic === 'chaos' ? kinds.find((one) => one.kind === fault) : undefined
  if (kind === undefined) throw refused('')
  if (!targetsOf(kind, system).includes(target)) throw refused(`, and there is no ${kind.target} ${target}`)
  const values = flagsOf(flags, kind)
  if (values === undefined || values['dry-run'] === true) throw refused('')
  const { for: length = formatDuration(usualForMs), percent: share, direction, seed, ...rest } = values
  const percent = share === undefined ? undefined : Number(String(share).replace('%', ''))
  const params = Object.fromEntries(Object.entries(rest).filter(([name]) => !aboutTheCommand.includes(name)))
  const isShare = percent !== undefined && kind.percentOf !== undefined
  try {
    readLeaseMs(parseDuration(String(length), '--for'), usualForMs)
    readFaultSettings(kind, {
      ...(isShare && { percent }),
      ...(direction !== undefined && { direction: direction as FaultDirection }),
      ...(seed !== undefined && { seed: Number(seed) }),
      params: { ...params, ...(percent !== undefined && !isShare && { percent }) },
    })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw refused(`: ${error.message.replace(/\.$/, '')}`)
  }
  return {
    fault: kind.kind,
    target,
    for: String(length),
    ...(percent !== undefined && { percent }),
    ...(direction !== undefined && { direction: String(direction) }),
    ...(Object.keys(params).length > 0 && { params }),
  }
}

const targetsOf = ({ target }: FaultKind, system: System): string[] =>
  (target === 'service' ? system.services : allEdgesOf(system)).map(({ name }) => name)

/** undefined: they are no flags. */
function flagsOf(words: readonly string[], { params }: FaultKind): Record<string, string | true> | undefined {
  const own = params.filter(({ unit }) => unit === 'flag').map(({ name }) => name)
  const switches = [...aboutTheCommand, 'dry-run', ...own]
  const values: Record<string, string | true> = {}
  for (let index = 0; index < words.length; index++) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/.exec(words[index]!) ?? []
    if (name === undefined) return undefined
    const value = switches.includes(name) ? true : (inline ?? words[++index])
    if (value === undefined) return undefined
    values[name] = value
  }
  return values
}
