// A load scenario: what arrivals ask for, as a file says it. Reading it needs no target.
//
//   load:      the schedule, when the command line gives none
//   feeds:     rows of files, one for each arrival
//   setup:     once, in order, before the first arrival; captures become variables
//   requests:  one per arrival, chosen by weight; one of them may be several steps

import { errors, type Place } from '../errors.ts'
import { parseDuration } from '../system/duration.ts'
import { parseYamlFile, type Path, type YamlFile } from '../system/yaml-file.ts'
import type { Check } from './checks.ts'
import type { RequestSource } from './request.ts'
import { scheduleInFile } from './scenario-schedule.ts'
import { type RequestFile, scenarioSchema, type SetupStepFile, type StepFile } from './scenario-schema.ts'
import type { ScheduleShape } from './schedule.ts'
import { bracedIn, ownValues } from './template.ts'
import { checkThresholds, parseThreshold, readAt, type Threshold } from './thresholds.ts'

export interface Scenario {
  name: string
  load?: ScheduleShape
  /** What a run has to reach, before what the command line adds. */
  thresholds?: Threshold[]
  feeds: Feed[]
  setup: SetupStep[]
  requests: ScenarioRequest[]
}

export interface Feed {
  name: string
  /** As it is written: relative to the scenario's folder. */
  file: string
  pick: 'sequential' | 'random'
  place: Place
}

export interface ScenarioRequest {
  name: string
  weight: number
  /** At least one. */
  steps: (RequestSource & { place: Place })[]
  place: Place
}

export interface SetupStep extends RequestSource {
  /** Variable → where its value stands in the answer: `body.id`, `header.location`. */
  capture: Readonly<Record<string, string>>
  place: Place
}

const next = 'Mend the file; docs/load.md and editors know its shape from .msvc/scenario.schema.json.'

/** Reads a scenario. Throws `file-invalid` with file:line:column and what was expected. */
export function parseScenario(text: string, file: string): Scenario {
  const yaml = parseYamlFile({ text, file, next }, scenarioSchema)
  const { name, load, thresholds = [], feeds = {}, setup = [], requests } = yaml.value
  refuseRepeatedNames(yaml, requests)
  const known = new Set<string>()
  const feedNames = Object.keys(feeds)
  return {
    name,
    ...(load !== undefined && { load: scheduleInFile(load, yaml) }),
    thresholds: thresholdsIn(yaml, thresholds, requests),
    feeds: feedNames.map((feed) => ({
      name: feed,
      file: feeds[feed]!.file,
      pick: feeds[feed]!.pick ?? 'sequential',
      place: yaml.placeOf(['feeds', feed, 'file']),
    })),
    setup: setup.map((step, index) => {
      const from: Path = ['setup', index]
      checkVariables(yaml, { part: step, from, known: new Set([...known, 'uuid']), feedNames: [] })
      learn(yaml, step, { from, known })
      return { ...sourceOf(step, step.name), capture: step.capture ?? {}, place: yaml.placeOf(from) }
    }),
    requests: requests.map((request, index) => {
      const from: Path = ['requests', index]
      const { name: called, weight = 1 } = request
      const steps = stepsOf(yaml, request, { from, known: new Set([...known, ...ownValues]), feedNames })
      return { name: called, weight, steps, place: yaml.placeOf(from) }
    }),
  }
}

/** A threshold names the request that it is about. */
function refuseRepeatedNames(yaml: YamlFile<unknown>, requests: readonly { name: string }[]): void {
  const names = requests.map(({ name }) => name)
  const index = names.findIndex((name, at) => names.indexOf(name) < at)
  if (index === -1) return
  const place = yaml.placeOf(['requests', index, 'name'])
  throw errors.fileInvalid(place, `two requests are called ${names[index]}.`, 'Give each a name of its own.')
}

/** Each is understood and about a request of this file, or it is refused at its place. */
function thresholdsIn(
  yaml: YamlFile<unknown>,
  texts: readonly string[],
  requests: readonly { name: string }[],
): Threshold[] {
  const names = requests.map(({ name }) => name)
  return texts.map((text, index) => {
    const place = yaml.placeOf(['thresholds', index])
    return readAt(place, text, () => {
      const threshold = { ...parseThreshold(text), place }
      checkThresholds([threshold], names)
      return threshold
    })
  })
}

interface Scope {
  from: Path
  /** Variables so far; those that a step captures are added. */
  known: Set<string>
  feedNames: readonly string[]
}

function stepsOf(yaml: YamlFile<unknown>, request: RequestFile, scope: Scope): ScenarioRequest['steps'] {
  const { steps, path, name } = request
  const { from } = scope
  if ((steps === undefined) === (path === undefined)) {
    const reason = `${name} needs either a path or steps.`
    throw errors.fileInvalid(yaml.placeOf(from), reason, next)
  }
  if (path !== undefined) return [stepOf(yaml, { ...request, path }, scope, name)]
  return steps!.map((step, index) => {
    const own = { ...scope, from: [...from, 'steps', index] }
    return stepOf(yaml, step, own, step.name ?? `${name}, step ${index + 1}`)
  })
}

function stepOf(yaml: YamlFile<unknown>, step: StepFile, scope: Scope, name: string) {
  checkVariables(yaml, { ...scope, part: step })
  learn(yaml, step, scope)
  return {
    ...sourceOf(step, name),
    checks: checksOf(step),
    capture: step.capture ?? {},
    thinkMs: step.think === undefined ? 0 : parseDuration(step.think),
    place: yaml.placeOf(scope.from),
  }
}

const checksOf = ({ checks }: StepFile): Check[] => [
  ...(checks?.contains === undefined ? [] : [{ kind: 'contains' as const, text: checks.contains }]),
  ...Object.entries(checks?.json ?? {}).map(([path, equals]) => ({ kind: 'json' as const, path, equals })),
]

const sourceOf = ({ method, path, headers, body, expect }: StepFile | SetupStepFile, name: string) => ({
  name,
  method: method ?? 'GET',
  path,
  headers: Object.fromEntries(Object.entries(headers ?? {}).map(([key, value]) => [key, String(value)])),
  body: body ?? null,
  expect: expect === undefined ? null : Array.isArray(expect) ? expect : [expect],
})

function checkVariables(
  yaml: YamlFile<unknown>,
  { part, from, known, feedNames }: Scope & { part: StepFile | SetupStepFile },
): void {
  // The columns of a feed are checked when its file is read.
  const isKnown = (name: string): boolean =>
    known.has(name) || feedNames.some((feed) => name.startsWith(`${feed}.`))
  for (const key of ['path', 'headers', 'body'] as const) {
    const unknown = bracedIn(JSON.stringify(part[key] ?? null)).find((name) => !isKnown(name))
    if (unknown === undefined) continue
    const names = [...known, ...feedNames.map((feed) => `${feed}.<column>`)]
    throw errors.fileInvalid(
      yaml.placeOf([...from, key]),
      `{{${unknown}}} is not known here; known: ${names.map((name) => `{{${name}}}`).join(', ')}.`,
      next,
    )
  }
}

/** What the step captures is known from here on. */
function learn(
  yaml: YamlFile<unknown>,
  { capture = {} }: StepFile | SetupStepFile,
  { from, known }: Pick<Scope, 'from' | 'known'>,
): void {
  for (const variable of Object.keys(capture)) {
    if (ownValues.some((name) => name === variable)) {
      const place = yaml.placeOf([...from, 'capture', variable], { key: true })
      throw errors.fileInvalid(place, `${variable} is a variable of msvc.`, next)
    }
    known.add(variable)
  }
}
