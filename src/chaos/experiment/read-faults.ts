// `method` of an experiment's file → PlannedFault[].

import { UserError } from '../../errors.ts'
import { parseDuration } from '../../system/duration.ts'
import { parameterNames, readFaultSettings, type FaultDirection } from '../../system/fault-declaration.ts'
import { allEdgesOf, edgesOf } from '../../system/system.ts'
import type { Path } from '../../system/yaml-file.ts'
import type { FaultKind } from '../fault.ts'
import { longestLeaseMs } from '../lease.ts'
import type { FaultExpectation, FaultOptions, PlannedFault, Probe } from './experiment.ts'
import type { ExpectFile, FaultFile } from './experiment-schema.ts'
import type { Reading } from './read-experiment.ts'

export function faultsOf(
  reading: Reading,
  given: { seed: number; probes: readonly Probe[] },
): PlannedFault[] {
  const seen = new Map<string, number>()
  return reading.yaml.value.method.map((fault, index) => {
    const path: Path = ['method', index]
    const kind = kindOf(reading, fault.fault, path)
    const target = targetOf(reading, fault, kind, path)
    const plain = `${kind.kind} ${target}`
    const nth = (seen.get(plain) ?? 0) + 1
    seen.set(plain, nth)
    const forMs = parseDuration(fault.for)
    if (forMs <= 0 || forMs > longestLeaseMs) {
      throw reading.mistake([...path, 'for'], `a fault lasts a time above 0 and up to 15m, not ${fault.for}.`)
    }
    return {
      name: nth === 1 ? plain : `${plain} #${nth}`,
      kind: kind.kind,
      target,
      atMs: parseDuration(fault.at),
      forMs,
      options: optionsOf(reading, fault, kind, { path, seed: given.seed }),
      expect: (fault.expect ?? []).map((expected, nr) =>
        expectationOf(reading, expected, { path: [...path, 'expect', nr], probes: given.probes }),
      ),
    }
  })
}

function kindOf(reading: Reading, name: string, path: Path): FaultKind {
  const found = reading.kinds.find(({ kind }) => kind === name)
  if (found !== undefined) return found
  const known = reading.kinds.map(({ kind }) => kind)
  throw reading.unknown([...path, 'fault'], 'fault', name, known)
}

function targetOf(
  reading: Reading,
  { target }: FaultFile,
  { kind, target: wants }: FaultKind,
  path: Path,
): string {
  const place = [...path, 'target']
  const name = typeof target === 'string' ? target : 'edge' in target ? target.edge : target.service
  const isEdge = typeof target === 'string' ? target.includes(':') : 'edge' in target
  const what = isEdge ? 'edge' : 'service'
  const known = isEdge
    ? allEdgesOf(reading.system).map((edge) => edge.name)
    : reading.system.services.map((service) => service.name)
  if (!known.includes(name)) throw reading.unknown(place, what, name, known)
  if (what !== wants) {
    throw reading.mistake(
      place,
      `${kind} breaks ${wants === 'edge' ? 'an edge' : 'a service'}, and ${name} is not one.`,
    )
  }
  return name
}

/** Checked as the agent will check them; with the experiment's seed where chance plays a part. */
function optionsOf(
  reading: Reading,
  fault: FaultFile,
  kind: FaultKind,
  { path, seed }: { path: Path; seed: number },
): FaultOptions {
  const { percent, direction, params } = spelledOut(fault, kind)
  const options: FaultOptions = {
    ...(percent !== undefined && { percent }),
    ...(direction !== undefined && { direction: direction as FaultDirection }),
    ...(params !== undefined && { params }),
    ...(parameterNames(kind).includes('seed') && { seed }),
  }
  try {
    readFaultSettings(kind, options)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const told = error.data?.['name'] ?? error.data?.['what']
    const name = typeof told === 'string' ? told : ''
    const own = name in fault ? [name] : ['params', name]
    throw reading.mistake([...path, ...own], error.message, error.next)
  }
  return options
}

/** `percent` is a share of what the fault touches, or a parameter of its own; on the command line both are --percent. */
function spelledOut(fault: FaultFile, { percentOf, params }: FaultKind): FaultFile {
  const { percent, ...rest } = fault
  const isOwn = percentOf === undefined && params.some(({ name }) => name === 'percent')
  return percent !== undefined && isOwn ? { ...rest, params: { percent, ...rest.params } } : fault
}

function expectationOf(
  reading: Reading,
  { breaker, state, probe, within, during }: ExpectFile,
  { path, probes }: { path: Path; probes: readonly Probe[] },
): FaultExpectation {
  if ((breaker === undefined) === (probe === undefined)) {
    throw reading.mistake(path, 'an expectation is about either a breaker or a probe.')
  }
  if ((within === undefined) === (during === undefined)) {
    throw reading.mistake(path, 'an expectation needs either within or during.')
  }
  const withinMs = within === undefined ? undefined : parseDuration(within)
  if (breaker !== undefined) {
    const edges = edgesOf(reading.system).map((edge) => edge.name)
    if (!edges.includes(breaker)) throw reading.unknown([...path, 'breaker'], 'edge', breaker, edges)
    if (state === undefined) throw reading.mistake(path, 'the expectation about a breaker needs its state.')
    const wanted = state as 'open'
    return withinMs === undefined
      ? { kind: 'breaker-during', edge: breaker, state: wanted }
      : { kind: 'breaker-within', edge: breaker, state: wanted, withinMs }
  }
  if (state !== undefined) throw reading.mistake([...path, 'state'], 'a probe has no state; it holds or not.')
  const names = probes.map(({ name }) => name)
  if (!names.includes(probe!)) throw reading.unknown([...path, 'probe'], 'probe', probe!, names)
  return withinMs === undefined
    ? { kind: 'probe-during', probe: probe! }
    : { kind: 'probe-within', probe: probe!, withinMs }
}
