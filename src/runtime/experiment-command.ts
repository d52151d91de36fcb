// `msvc chaos run FILE` and `msvc chaos monkey`: read or plan, run, and write what others read of it.

import { join, resolve } from 'node:path'
import { diskFiles, requireWritable } from '../adapters/files.ts'
import type { Experiment } from '../chaos/experiment/experiment.ts'
import { journalOf } from '../chaos/experiment/journal.ts'
import { experimentJunit } from '../chaos/experiment/junit.ts'
import { monkeyExperiment, monkeyFaults, type MonkeyRules } from '../chaos/experiment/monkey.ts'
import { planLines, type PlanLine } from '../chaos/experiment/plan-lines.ts'
import { exitCodeOf } from '../chaos/experiment/verdict.ts'
import { faultKinds } from '../chaos/faults.ts'
import { errors, exitCodes, type ExitCode } from '../errors.ts'
import { seededChance } from '../system/seeded-chance.ts'
import type { ExperimentResult } from '../system/experiment-result.ts'
import { loadSystem, systemRoot } from '../system/load-system.ts'
import { runExperiment } from './experiment.ts'
import { interruptible } from './interrupt.ts'
import { liveExperiment, silently } from './live-experiment.ts'
import { loadExperiment, readScenario, type ReadyExperiment } from './read-experiment.ts'

export interface ExperimentCommand {
  /** The folder in which it was typed. */
  from: string
  junitFile: string | undefined
  /** Nothing is told while it goes on. */
  isQuiet: boolean
}

export interface EndedExperiment {
  result: ExperimentResult
  /** Path of report.html. */
  report: string
  exitCode: ExitCode
}

export async function dryRunExperiment(
  file: string,
  from: string,
): Promise<{ plan: Experiment; lines: PlanLine[] }> {
  const { experiment } = await loadExperiment(file, from)
  return { plan: experiment, lines: planLines(experiment) }
}

export const runExperimentFile = async (file: string, command: ExperimentCommand): Promise<EndedExperiment> =>
  runReady(await loadExperiment(file, command.from), command)

/** The steps of a monkey, as the experiment that they are. */
export async function planMonkey(
  from: string,
  rules: Omit<MonkeyRules, 'faults'> & { faults: readonly string[] | undefined },
): Promise<{ ready: ReadyExperiment; lines: PlanLine[] }> {
  const root = await systemRoot(from, diskFiles)
  const system = await loadSystem(root, diskFiles)
  const scenario = await readScenario(root, rules.scenario)
  if (rules.budget <= 0) throw errors.badValue('--budget', '0', 'a share above 0, such as 50%')
  const usual = monkeyFaults.filter((name) => faultKinds.some(({ kind }) => kind === name))
  const experiment = monkeyExperiment(
    { ...rules, faults: rules.faults ?? usual },
    { system, kinds: faultKinds },
    seededChance(rules.seed, 'monkey'),
  )
  return { ready: { root, system, experiment, scenario }, lines: planLines(experiment) }
}

/** Runs it, and writes what others read of it. */
export async function runReady(ready: ReadyExperiment, command: ExperimentCommand): Promise<EndedExperiment> {
  const { from, isQuiet } = command
  const junitFile = command.junitFile === undefined ? undefined : resolve(from, command.junitFile)
  // Told before the experiment, and not after it in place of its verdict.
  if (junitFile !== undefined) await requireWritable(junitFile)
  const watch = isQuiet ? silently : await liveExperiment(ready.root)
  const finished = await interruptible((signal) => runExperiment(ready, { signal, watch })).finally(() =>
    watch.end(),
  )
  const { result, report, folder, isInterrupted, startedAt, endedAt } = finished
  const { experiment } = ready
  const times = { startedAt, endedAt }
  const machine = { platform: `${process.platform}-${process.arch}`, node: process.version }
  const journal = journalOf({
    experiment,
    kinds: faultKinds,
    judged: finished.judged,
    result,
    isInterrupted,
    times,
    machine,
    iso,
  })
  await diskFiles.write(join(folder, 'journal.json'), `${JSON.stringify(journal, null, 2)}\n`)
  if (junitFile !== undefined) {
    await diskFiles.write(junitFile, experimentJunit(experiment, finished, iso(startedAt)))
  }
  const exitCode = isInterrupted ? exitCodes.interrupted : exitCodeOf(result.verdict, result.cleanup)
  return { result, report, exitCode }
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString()
