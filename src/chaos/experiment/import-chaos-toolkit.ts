// An experiment of Chaos Toolkit → ours. What it can say over http and with processes, that is:
//
//   probe, http       the status of a URL of one of our services → an http probe
//   action, process   `msvc chaos <fault> <target> …` → a fault; `sleep 5` → a pause; --detach is left out
//   pauses            move what follows
//   rollbacks         dropped: every fault of ours ends by itself
//
// Everything else is refused by its name: an experiment that does half of what it says is none.

import Type from 'typebox'
import { stringify } from 'yaml'
import { errors } from '../../errors.ts'
import { formatDuration } from '../../system/duration.ts'
import type { System } from '../../system/system.ts'
import { parseYamlFile, type Path, type YamlFile } from '../../system/yaml-file.ts'
import type { FaultKind } from '../fault.ts'
import { faultFromWords, type FaultFromWords } from './fault-from-words.ts'

const provider = Type.Object({
  type: Type.String(),
  url: Type.Optional(Type.String()),
  method: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  timeout: Type.Optional(Type.Unknown()),
  path: Type.Optional(Type.String()),
  arguments: Type.Optional(Type.Unknown()),
})
const activity = Type.Object({
  type: Type.String(),
  name: Type.String(),
  provider: Type.Optional(provider),
  tolerance: Type.Optional(Type.Unknown()),
  pauses: Type.Optional(
    Type.Object({ before: Type.Optional(Type.Number()), after: Type.Optional(Type.Number()) }),
  ),
})
const foreign = Type.Object({
  title: Type.String(),
  description: Type.Optional(Type.String()),
  'steady-state-hypothesis': Type.Optional(
    Type.Object({ title: Type.Optional(Type.String()), probes: Type.Array(activity) }),
  ),
  method: Type.Array(activity),
  rollbacks: Type.Optional(Type.Array(Type.Unknown())),
})

type Foreign = Type.Static<typeof foreign>
type Activity = Type.Static<typeof activity>

export interface Imported {
  /** The file. */
  yaml: string
  /** What was left out, or assumed. */
  notes: string[]
}

const next = 'Change it in the file, or write that part of the experiment by hand; see docs/experiments.md.'
const firstAtMs = 6000

export function importChaosToolkit(text: string, file: string, surroundings: Here): Imported {
  const yaml = parseYamlFile({ text, file, next }, foreign)
  const { title, description, method, rollbacks = [] } = yaml.value
  const hypothesis = yaml.value['steady-state-hypothesis']?.probes ?? []
  const probes = hypothesis.map((probe, index) =>
    probeOf(probe, { yaml, ...surroundings, path: ['steady-state-hypothesis', 'probes', index] }),
  )
  const steps = stepsOf(method, { yaml, ...surroundings })
  if (steps.faults.length === 0) {
    throw errors.fileInvalid(yaml.placeOf(['method']), 'its method has no fault that msvc knows.', next)
  }
  const all = eachOnce([...probes, ...steps.probes])
  const experiment = {
    apiVersion: 'msvc/v1',
    kind: 'Experiment',
    metadata: { name: title, ...(description !== undefined && { description }) },
    load: { rps: 50 },
    steadyState: { probes: [{ name: 'load-ok', metric: 'success_rate', min: 0.99, window: '5s' }, ...all] },
    method: steps.faults.map((fault) => ({
      ...fault,
      expect: hypothesis.map(({ name }) => ({ probe: name, during: true })),
    })),
    recover: { within: '10s' },
    limits: { maxServices: new Set(steps.faults.map(({ target }) => target.split(':').at(-1))).size },
  }
  return {
    yaml: `# yaml-language-server: $schema=../.msvc/experiment.schema.json\n# From ${file}, of Chaos Toolkit.\n${stringify(experiment)}`,
    notes: [
      'load: 50 requests a second of load/default.yaml, because Chaos Toolkit has none; change it as you like',
      ...(rollbacks.length > 0 ? ['rollbacks: left out, because every fault ends by itself'] : []),
    ],
  }
}

/** What the names in the file are checked against. */
interface Here {
  system: System
  kinds: readonly FaultKind[]
}

interface Reading extends Here {
  yaml: YamlFile<Foreign>
}

const refusal = ({ yaml }: Reading, path: Path, { name }: Activity, reason: string) =>
  errors.fileInvalid(yaml.placeOf(path), `${name} cannot be taken over: ${reason}.`, next)

function probeOf(probe: Activity, reading: Reading & { path: Path }) {
  const { path, system } = reading
  const { provider: how, tolerance } = probe
  if (how?.type !== 'http') {
    throw refusal(reading, path, probe, `its provider is ${how?.type ?? 'a reference'}, and msvc reads http`)
  }
  const method = (how.method ?? 'GET').toUpperCase()
  if (method !== 'GET')
    throw refusal(reading, path, probe, `it asks with ${method}, and a probe asks with GET`)
  if (Object.keys(how.headers ?? {}).length > 0) {
    throw refusal(reading, path, probe, 'it sends headers, and a probe of msvc sends none')
  }
  const url = URL.canParse(how.url ?? '') ? new URL(how.url!) : undefined
  const service = system.services.find(({ port }) => port !== undefined && String(port) === url?.port)
  if (url === undefined || service === undefined) {
    throw refusal(reading, path, probe, `no service of ${system.name} has the port of ${how.url}`)
  }
  const isStatus = typeof tolerance === 'number'
  if (!isStatus && tolerance !== true && tolerance !== undefined) {
    const told = JSON.stringify(tolerance)
    throw refusal(reading, path, probe, `its tolerance is ${told}, and msvc knows a status or true`)
  }
  const timeout = typeof how.timeout === 'number' ? formatDuration(how.timeout * 1000) : undefined
  return {
    name: probe.name,
    http: { service: service.name, path: url.pathname + url.search },
    ...(isStatus && { status: tolerance }),
    ...(timeout !== undefined && { timeout }),
  }
}

type ImportedProbe = ReturnType<typeof probeOf>

/** Chaos Toolkit asks the same probe again where the method names it; ours is asked all the time. */
function eachOnce(probes: readonly ImportedProbe[]): ImportedProbe[] {
  const named = new Map<string, ImportedProbe>()
  for (const probe of probes) {
    let name = probe.name
    for (let nth = 2; named.has(name) && !isSame(named.get(name)!, probe); nth++)
      name = `${probe.name} #${nth}`
    named.set(name, { ...probe, name })
  }
  return [...named.values()]
}

const isSame = (one: ImportedProbe, other: ImportedProbe): boolean =>
  JSON.stringify({ ...one, name: '' }) === JSON.stringify({ ...other, name: '' })

type ImportedFault = { at: string } & FaultFromWords

function stepsOf(
  method: readonly Activity[],
  reading: Reading,
): { faults: ImportedFault[]; probes: ImportedProbe[] } {
  const faults: ImportedFault[] = []
  const probes: ImportedProbe[] = []
  let atMs = firstAtMs
  for (const [index, step] of method.entries()) {
    const path: Path = ['method', index]
    atMs += (step.pauses?.before ?? 0) * 1000
    if (step.type === 'probe') probes.push(probeOf(step, { ...reading, path }))
    else {
      const { program, words } = commandOf(step, { ...reading, path })
      if (program === 'sleep') atMs += Number(words[0]) * 1000
      else
        faults.push({
          at: formatDuration(atMs),
          ...faultFromWords(words, reading, (why) =>
            refusal(reading, path, step, `it runs msvc ${words.join(' ')}${why}`),
          ),
        })
    }
    atMs += (step.pauses?.after ?? 0) * 1000
  }
  return { faults, probes }
}

function commandOf(step: Activity, reading: Reading & { path: Path }): { program: string; words: string[] } {
  const { provider: how } = step
  if (how?.type !== 'process') {
    throw refusal(
      reading,
      reading.path,
      step,
      `its provider is ${how?.type ?? 'a reference'}, and msvc takes over processes that run msvc`,
    )
  }
  const { arguments: given = '' } = how
  const words = Array.isArray(given) ? given.map(String) : typeof given === 'string' ? given.split(/\s+/) : []
  const program = how.path?.split('/').at(-1) ?? ''
  const isSleep = program === 'sleep' && Number(words[0]) >= 0
  if (!isSleep && program !== 'msvc') {
    throw refusal(
      reading,
      reading.path,
      step,
      `it runs ${how.path}, of which msvc cannot know what it breaks`,
    )
  }
  return { program, words: words.filter((word) => word !== '') }
}
