// Reads an experiment and what it refers to: the system around the folder, and the scenario.

import { join, resolve } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import type { Experiment } from '../chaos/experiment/experiment.ts'
import { experimentOf, readExperiment } from '../chaos/experiment/read-experiment.ts'
import { faultKinds } from '../chaos/faults.ts'
import { errors } from '../errors.ts'
import { parseScenario, type Scenario } from '../load/scenario.ts'
import { loadSystem, systemRoot } from '../system/load-system.ts'
import type { System } from '../system/system.ts'

export interface ReadyExperiment {
  root: string
  system: System
  experiment: Experiment
  scenario: Scenario
}

/** @param file relative to the system's folder; throws `scenario-missing` */
export async function readScenario(root: string, file: string): Promise<Scenario> {
  const text = await diskFiles.readIfExists(join(root, file))
  if (text === undefined) throw errors.scenarioMissing(file)
  return parseScenario(text, file)
}

/** @param from the folder in which the file's name was typed */
export async function loadExperiment(file: string, from: string): Promise<ReadyExperiment> {
  const root = await systemRoot(from, diskFiles)
  const text = await diskFiles.readIfExists(resolve(from, file))
  if (text === undefined) throw errors.fileMissing(file)
  const system = await loadSystem(root, diskFiles)
  const written = readExperiment(text, file)
  const scenarioText = await diskFiles.readIfExists(join(root, written.scenario))
  if (scenarioText === undefined) {
    const place = written.yaml.placeOf(['load', 'scenario'])
    throw errors.fileInvalid(
      place,
      `there is no scenario ${written.scenario} in ${root}.`,
      'Write it, or name another one in load.scenario.',
    )
  }
  const scenario = parseScenario(scenarioText, written.scenario)
  const requests = scenario.requests.map(({ name, steps }) => ({
    name,
    asks: steps.map(({ method, path }) => `${method} ${path}`),
  }))
  const experiment = experimentOf(written, { system, requests, kinds: faultKinds })
  return { root, system, experiment, scenario }
}
