// Runs one of the short experiments on a system as it is generated, or with a defect.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runExperiment, type FinishedExperiment } from '../../src/runtime/experiment.ts'
import { loadExperiment } from '../../src/runtime/read-experiment.ts'
import type { ExperimentResult } from '../../src/system/experiment-result.ts'
import { generatedFleet, lastLogs } from '../fixtures/generated-fleet.ts'
import { renderedSystem } from '../fixtures/rendered-system.ts'
import { untilValid } from '../fixtures/until-valid.ts'
import type { Defect } from './defects.ts'
import { honestyExperiments, honestyScenario, type HonestyExperiment } from './experiments.ts'

const settleMs = 6000

/** Again when the run was not valid: a machine that is busy with something else has no steady state. */
export async function tryUntilValid(
  experiment: HonestyExperiment,
  edits: Defect['edits'] = [],
): Promise<ExperimentResult> {
  const { result } = await untilValid(() => tryOnGenerated(experiment, edits))
  return result
}

async function tryOnGenerated(
  experiment: HonestyExperiment,
  edits: Defect['edits'],
): Promise<FinishedExperiment> {
  await using system = await renderedSystem()
  const { root } = system
  for (const [path, from, to] of edits) await system.edit(path, from, to)
  const usual = await readFile(join(root, 'load/default.yaml'), 'utf8')
  await writeFile(join(root, 'load/honesty.yaml'), honestyScenario(usual))
  await writeFile(join(root, 'short.yaml'), honestyExperiments[experiment])
  const ready = await loadExperiment('short.yaml', root)
  const { agent } = await generatedFleet(root)
  try {
    const { signal } = new AbortController()
    const watch = { note() {}, started() {}, event() {}, judged() {} }
    return await runExperiment(ready, { signal, watch, settleMs })
  } catch (error) {
    throw new Error(`${String(error)}\n\n${await lastLogs(agent)}`, { cause: error })
  } finally {
    await agent.stop()
  }
}

export const missedIn = ({ expectations }: ExperimentResult): string[] =>
  expectations.filter(({ met }) => !met).map(({ name }) => name)
