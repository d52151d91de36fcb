// An experiment's file → Experiment. In two steps, because what its names may be is only known once its
// scenario has been read:
//
//   text ─▶ readExperiment ─▶ scenario's path ─▶ (whoever composes reads it) ─▶ experimentOf ─▶ Experiment
//
// Every mistake is a UserError with file:line:column.

import { errors, UserError } from '../../errors.ts'
import { parseDuration } from '../../system/duration.ts'
import { suggest } from '../../system/suggest.ts'
import type { System } from '../../system/system.ts'
import { parseYamlFile, type Path, type YamlFile } from '../../system/yaml-file.ts'
import type { FaultKind } from '../fault.ts'
import { checkConflicts } from './check-conflicts.ts'
import { checkTimes } from './check-times.ts'
import { firstFaultMs, longestWindowMs, type Experiment, type HaltCondition } from './experiment.ts'
import { experimentSchema, type ExperimentFile, type HaltFile } from './experiment-schema.ts'
import { faultsOf } from './read-faults.ts'
import { limitOf, metricOf, probesOf } from './read-probes.ts'
import { requestsOf, type ScenarioRequestNames } from './routes.ts'

const next =
  'Mend the file; docs/experiments.md and editors know its shape from .msvc/experiment.schema.json.'

export interface WrittenExperiment {
  yaml: YamlFile<ExperimentFile>
  /** Path of the scenario, relative to the system's folder. */
  scenario: string
}

/** What the names in the file are checked against. */
export interface Surroundings {
  system: System
  requests: readonly ScenarioRequestNames[]
  kinds: readonly FaultKind[]
}

/** What a reader of one part of the file works with. */
export interface Reading extends Surroundings {
  yaml: YamlFile<ExperimentFile>
  /** The error for a mistake at a place; `hint` tells what is possible. */
  mistake(path: Path, reason: string, hint?: string): UserError
  /** The same when a name is not among those that are known. */
  unknown(path: Path, what: string, name: string, known: readonly string[]): UserError
}

/** @param file how it is called in errors */
export function readExperiment(text: string, file: string): WrittenExperiment {
  const yaml = parseYamlFile({ text, file, next }, experimentSchema)
  const { scenario = 'default' } = yaml.value.load
  const isPath = scenario.includes('/') || /\.ya?ml$/.test(scenario)
  return { yaml, scenario: isPath ? scenario : `load/${scenario}.yaml` }
}

export function experimentOf({ yaml, scenario }: WrittenExperiment, surroundings: Surroundings): Experiment {
  const reading = readingOf(yaml, surroundings)
  const { metadata, seed = 1, load, recover, limits, halt = [], expect } = yaml.value
  const probes = probesOf(reading)
  const method = faultsOf(reading, { seed, probes })
  const recoverMs = recover === undefined ? defaultRecoverMs : parseDuration(recover.within)
  const implied = impliedDurationMs({ probes, method }, recoverMs)
  const experiment: Experiment = {
    name: metadata.name,
    seed,
    load: {
      ratePerSecond: load.rps,
      scenario,
      durationMs: load.duration === undefined ? implied : parseDuration(load.duration),
      warmUpMs: load.warmUp === undefined ? defaultWarmUpMs : parseDuration(load.warmUp),
      timeoutMs: load.timeout === undefined ? defaultTimeoutMs : parseDuration(load.timeout),
    },
    probes,
    method,
    recover: { withinMs: recoverMs, breakersClose: recover?.breaker === 'closed' },
    halt: halt.map((condition, index) => haltOf(reading, condition, index)),
    limits: {
      maxDurationMs:
        limits?.maxDuration === undefined ? defaultMaxDurationMs : parseDuration(limits.maxDuration),
      maxServices: limits?.maxServices ?? 1,
    },
    checksInvariants: expect === 'invariants',
  }
  checkTimes(experiment, reading, implied)
  checkBlastRadius(experiment, reading)
  checkConflicts(experiment, reading)
  return experiment
}

const defaultRecoverMs = 10_000
const defaultWarmUpMs = 2000
const defaultTimeoutMs = 5000
const defaultMaxDurationMs = 5 * 60_000
/** A killed service has to start again before it is healed. */
const healSlackMs = 3000

/** Long enough to see the system back, and that it stays so. */
function impliedDurationMs(
  { probes, method }: Pick<Experiment, 'probes' | 'method'>,
  recoverMs: number,
): number {
  const lastEndMs = Math.max(...method.map(({ atMs, forMs }) => atMs + forMs))
  const after = healSlackMs + recoverMs + longestWindowMs({ probes })
  return Math.ceil((Math.max(lastEndMs, firstFaultMs({ method })) + after) / 1000) * 1000
}

function readingOf(yaml: YamlFile<ExperimentFile>, surroundings: Surroundings): Reading {
  const mistake: Reading['mistake'] = (path, reason, hint) =>
    errors.fileInvalid(yaml.placeOf(path), reason, hint ?? next)
  return {
    ...surroundings,
    yaml,
    mistake,
    unknown(path, what, name, known) {
      const meant = suggest(name, known)
      const hint = meant === undefined ? `Known: ${known.join(', ') || 'none'}.` : `Did you mean ${meant}?`
      return mistake(path, `there is no ${what} ${name}. ${hint}`)
    },
  }
}

function haltOf(reading: Reading, condition: HaltFile, index: number): HaltCondition {
  const path: Path = ['halt', index]
  const { metric, route, below, above } = condition
  if ((below === undefined) === (above === undefined)) {
    throw reading.mistake(path, 'a halt condition needs either below or above.')
  }
  const bound = below === undefined ? 'above' : 'below'
  const limit = limitOf(reading, [...path, bound], below ?? above!, metricOf(metric))
  if (limit.kind === 'of-baseline') {
    throw reading.mistake([...path, bound], 'a halt condition needs a number or a time, not a multiple.')
  }
  const forMs = parseDuration(condition.for)
  if (forMs % 1000 !== 0 || forMs === 0) {
    throw reading.mistake([...path, 'for'], `${condition.for} is not a number of whole seconds.`)
  }
  return {
    name: `${metric}${route === undefined ? '' : ` of ${route}`} ${bound} ${below ?? above} for ${condition.for}`,
    metric: metricOf(metric),
    requests: route === undefined ? null : requestsOf(reading, [...path, 'route'], route),
    ...(below === undefined ? { above: limit.value } : { below: limit.value }),
    forMs,
  }
}

function checkBlastRadius({ method, limits }: Experiment, reading: Reading): void {
  // An edge counts as its callee: that is the service which somebody misses.
  const touched = [...new Set(method.map(({ target }) => target.split(':').at(-1)!))]
  if (touched.length <= limits.maxServices) return
  throw reading.mistake(
    ['method'],
    `the faults touch ${touched.length} services (${touched.join(', ')}), and limits.maxServices allows ${limits.maxServices}.`,
  )
}
