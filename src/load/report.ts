// The books of a run → its report.

import type { FailureReason } from '../events.ts'
import type { GeneratorReport, LoadProgress, LoadReport } from '../system/load-report.ts'
import { type Books, countsOf, statusesOf, type Tally } from './books.ts'
import { percentiles, quantileMs } from './histogram.ts'
import type { Limits } from './plan.ts'
import type { Phase } from './phases.ts'
import { diagnose } from './self-diagnosis.ts'
import type { Schedule } from './schedule.ts'
import { judge, type Threshold } from './thresholds.ts'

/** What the generator's thread says at the end. */
export interface RunEnd {
  /** Epoch milliseconds of the schedule's start. */
  startedAt: number
  /** From the schedule's start to the end of the last arrival. */
  elapsedMs: number
  isInterrupted: boolean
  localLimits: ReadonlyMap<string, number>
  generator: GeneratorReport
  /** One a second in which there were arrivals; milliseconds. */
  seconds: readonly { lagP99: number }[]
  /** Where an outcome alone does not say why. */
  failures: FailureReason[]
}

export interface ReportParts {
  target: string
  ratePerSecond: number
  /** Of the schedule, in words. */
  shape: string
  schedule: Schedule
  limits: Limits
  /** The limit of connections was asked for. */
  areConnectionsChosen?: boolean
  requestNames: readonly string[]
  thresholds?: readonly Threshold[]
  /** Of the phases that the books know, in their order. */
  phases?: ReadonlyMap<string, Phase>
  books: Books
  end: RunEnd
}

/** For how long arrivals came: less than the schedule's time when the run was interrupted. */
export const sentForMs = (run: {
  isInterrupted: boolean
  elapsedMs: number
  schedule: { durationMs: number }
}): number => (run.isInterrupted ? Math.min(run.elapsedMs, run.schedule.durationMs) : run.schedule.durationMs)

export function reportOf(parts: ReportParts): LoadReport {
  const { books, end, schedule, ratePerSecond, shape, limits } = parts
  const asked = { arrivals: schedule.arrivals, ratePerSecond, durationMs: schedule.durationMs, shape }
  const sentMs = sentForMs({ ...end, schedule })
  const figures = {
    achievedRate: sentMs === 0 ? 0 : round((books.progress[1]! * 1000) / sentMs),
    outcomes: countsOf(books.outcomes),
    responseMs: percentiles(books.response),
    okResponseMs: percentiles(books.okResponse),
    serviceMs: percentiles(books.service),
    lagMs: percentiles(books.lag),
    waitMs: percentiles(books.wait),
  }
  const pool = {
    peak: end.generator.connections,
    isLimitChosen: parts.areConnectionsChosen === true,
    waitP50: figures.waitMs.p50,
    // Not of all answers: what timed out while it was sent late would be the quickest.
    quickestMs: quantileMs(books.okResponse, 0),
    serviceP50: figures.serviceMs.p50,
  }
  const diagnosis = diagnose({ ...figures, ...end, ...end.generator, schedule: asked, limits, pool })
  return {
    version: 1,
    target: parts.target,
    startedAt: end.startedAt,
    schedule: asked,
    ...figures,
    ...diagnosis,
    isInterrupted: end.isInterrupted,
    elapsedMs: round(end.elapsedMs),
    failures: end.failures,
    statuses: addUp(books.requests.map(({ statuses }) => statusesOf(statuses))),
    requests: books.requests.map((request, index) => ({
      name: parts.requestNames[index]!,
      outcomes: countsOf(request.outcomes),
      statuses: statusesOf(request.statuses),
      responseMs: percentiles(request.response),
    })),
    thresholds: judge(parts.thresholds ?? [], {
      ...judgedPart(books, parts.requestNames, schedule.durationMs),
      phases: new Map(
        [...(parts.phases ?? [])].map(([name, { fromMs, toMs }], index) => [
          name,
          judgedPart(books.phases[index]!, parts.requestNames, Math.min(toMs, schedule.durationMs) - fromMs),
        ]),
      ),
      achievedRate: figures.achievedRate,
      isTrusted: diagnosis.verdict === 'valid' && !end.isInterrupted,
    }),
    generator: end.generator,
  }
}

const judgedPart = (tally: Tally & { requests: Tally[] }, names: readonly string[], durationMs: number) => ({
  outcomes: countsOf(tally.outcomes),
  okResponse: tally.okResponse,
  requests: tally.requests.map(({ outcomes, okResponse }, index) => ({
    name: names[index]!,
    outcomes: countsOf(outcomes),
    okResponse,
  })),
  durationMs,
})

/** What can be said while the run goes on. */
export function progressOf(books: Books, elapsedMs: number): LoadProgress {
  const outcomes = countsOf(books.outcomes)
  const ended = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const due = books.progress[0]!
  return {
    elapsedMs,
    due,
    inFlight: Math.max(0, due - ended),
    outcomes,
    responseMs: percentiles(books.response),
  }
}

function addUp(counts: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [status, answers] of counts.flatMap((each) => Object.entries(each))) {
    sums[status] = (sums[status] ?? 0) + answers
  }
  return sums
}

const round = (value: number): number => Math.round(value * 1000) / 1000
