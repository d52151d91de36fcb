// `msvc chaos run FILE`: reads, runs, and writes what others read of it.

import { join, resolve } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import type { Experiment } from '../chaos/experiment/experiment.ts'
import { journalOf } from '../chaos/experiment/journal.ts'
import { experimentJunit } from '../chaos/experiment/junit.ts'
import { planLines, type PlanLine } from '../chaos/experiment/plan-lines.ts'
import { exitCodeOf } from '../chaos/experiment/verdict.ts'
import { exitCodes, type ExitCode } from '../errors.ts'
import type { ExperimentResult } from '../system/experiment-result.ts'
import { runExperiment } from './experiment.ts'
import { interruptible } from './interrupt.ts'
import { liveExperiment, silently } from './live-experiment.ts'
import { loadExperiment } from './read-experiment.ts'

export interface ExperimentCommand {
  file: string
  from: string
  junitFile: string | undefined
  /** Nothing is told while it goes on. */
  isQuiet: boolean
}

export async function dryRunExperiment(
  file: string,
  from: string,
): Promise<{ plan: Experiment; lines: PlanLine[] }> {
  const { experiment } = await loadExperiment(file, from)
  return { plan: experiment, lines: planLines(experiment) }
}

export async function runExperimentCommand(
  command: ExperimentCommand,
): Promise<{ result: ExperimentResult; report: string; exitCode: ExitCode }> {
  const { file, from, junitFile, isQuiet } = command
  const ready = await loadExperiment(file, from)
  const watch = isQuiet ? silently : liveExperiment()
  const finished = await interruptible((signal) => runExperiment(ready, { signal, watch }))
  const { result, report, folder, isInterrupted, startedAt, endedAt } = finished
  const { experiment } = ready
  const times = { startedAt, endedAt }
  const machine = { platform: `${process.platform}-${process.arch}`, node: process.version }
  const journal = journalOf({
    experiment,
    judged: finished.judged,
    result,
    isInterrupted,
    times,
    machine,
    iso,
  })
  await diskFiles.write(join(folder, 'journal.json'), `${JSON.stringify(journal, null, 2)}\n`)
  if (junitFile !== undefined) {
    await diskFiles.write(
      resolve(from, junitFile),
      experimentJunit(experiment, finished.judged, iso(startedAt)),
    )
  }
  const exitCode = isInterrupted ? exitCodes.interrupted : exitCodeOf(result.verdict, result.cleanup)
  return { result, report, exitCode }
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString()
