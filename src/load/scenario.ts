// A load scenario: what arrivals ask for, as a file says it. Reading it needs no target.
//
//   setup:     once, in order, before the first arrival; captures become variables
//   requests:  one per arrival, chosen by weight

import { errors, type Place } from '../errors.ts'
import { parseYamlFile, type Path, type YamlFile } from '../system/yaml-file.ts'
import type { RequestSource } from './request.ts'
import { type RequestFile, scenarioSchema, type SetupStepFile } from './scenario-schema.ts'
import { gaps, namesIn } from './template.ts'

export interface Scenario {
  name: string
  setup: SetupStep[]
  requests: ScenarioRequest[]
}

export interface ScenarioRequest extends RequestSource {
  weight: number
  place: Place
}

export interface SetupStep extends RequestSource {
  /** Variable → path into the answer, `body.id` or `body.items.0.id`. */
  capture: Readonly<Record<string, string>>
  place: Place
}

const next = 'Mend the file; docs/load.md and editors know its shape from .msvc/scenario.schema.json.'

/** Reads a scenario. Throws `file-invalid` with file:line:column and what was expected. */
export function parseScenario(text: string, file: string): Scenario {
  const yaml = parseYamlFile({ text, file, next }, scenarioSchema)
  const { name, setup = [], requests } = yaml.value
  const known = new Set<string>()
  return {
    name,
    setup: setup.map((step, index) => {
      const from: Path = ['setup', index]
      checkVariables(yaml, { part: step, from, known: new Set([...known, 'uuid']) })
      for (const variable of Object.keys(step.capture ?? {})) {
        refuseOurOwn(yaml, variable, [...from, 'capture', variable])
        known.add(variable)
      }
      return { ...sourceOf(step), capture: step.capture ?? {}, place: yaml.placeOf(from) }
    }),
    requests: requests.map((request, index) => {
      const from: Path = ['requests', index]
      checkVariables(yaml, { part: request, from, known: new Set([...known, ...gaps]) })
      return { ...sourceOf(request), weight: request.weight ?? 1, place: yaml.placeOf(from) }
    }),
  }
}

const sourceOf = ({ name, method, path, headers, body, expect }: RequestFile | SetupStepFile) => ({
  name,
  method: method ?? 'GET',
  path,
  headers: Object.fromEntries(Object.entries(headers ?? {}).map(([key, value]) => [key, String(value)])),
  body: body ?? null,
  expect: expect === undefined ? null : Array.isArray(expect) ? expect : [expect],
})

function checkVariables(
  yaml: YamlFile<unknown>,
  { part, from, known }: { part: RequestFile | SetupStepFile; from: Path; known: ReadonlySet<string> },
): void {
  for (const key of ['path', 'headers', 'body'] as const) {
    const unknown = namesIn(JSON.stringify(part[key] ?? null)).find((name) => !known.has(name))
    if (unknown === undefined) continue
    const names = [...known].map((name) => `{{${name}}}`).join(', ')
    throw errors.fileInvalid(
      yaml.placeOf([...from, key]),
      `{{${unknown}}} is not known here; known: ${names}.`,
      next,
    )
  }
}

function refuseOurOwn(yaml: YamlFile<unknown>, variable: string, path: Path): void {
  if (!gaps.some((gap) => gap === variable)) return
  throw errors.fileInvalid(yaml.placeOf(path, { key: true }), `${variable} is a variable of msvc.`, next)
}
