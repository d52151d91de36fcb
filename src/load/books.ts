// What is written down of a whole run. The histograms and outcome counts lie in shared memory, so that
// the live view reads them from another thread without a message per arrival.

import { type Outcome, type OutcomeCounts, outcomes } from '../events.ts'
import {
  createHistogram,
  type Histogram,
  histogramBytes,
  merge,
  recordMs,
  viewHistogram,
} from './histogram.ts'

export interface Books {
  /** Counts in the order of `outcomes`, for all requests together. */
  outcomes: Float64Array
  /** [arrivals taken up, arrivals sent in the schedule's time] */
  progress: Float64Array
  response: Histogram
  okResponse: Histogram
  service: Histogram
  lag: Histogram
  wait: Histogram
  requests: RequestBooks[]
  phases: PhaseBooks[]
}

/** What thresholds are judged by. */
export interface Tally {
  outcomes: Float64Array
  okResponse: Histogram
}

export interface RequestBooks extends Tally {
  /** Answers by status: the counter of status s is at s - 100. */
  statuses: Float64Array
  response: Histogram
}

/** Of the arrivals of one phase: all of them, and each request. */
export interface PhaseBooks extends Tally {
  requests: Tally[]
}

/** How many of each there are; the same for everybody who looks at the memory. */
export interface BooksSize {
  requests: number
  phases: number
}

/** Milliseconds of one arrival that has ended; null where it never came that far. */
export interface ArrivalTimes {
  responseMs: number | null
  serviceMs: number | null
  waitMs: number | null
  lagMs: number
}

export const booksSizeOf = (job: { flows: readonly unknown[]; phases: readonly unknown[] }): BooksSize => ({
  requests: job.flows.length,
  phases: job.phases.length,
})

const countersBytes = outcomes.length * Float64Array.BYTES_PER_ELEMENT
const statusesBytes = 900 * Float64Array.BYTES_PER_ELEMENT
const requestBytes = countersBytes + statusesBytes + 2 * histogramBytes
const headBytes = countersBytes + 2 * Float64Array.BYTES_PER_ELEMENT
const totalHistograms = 5

const tallyBytes = countersBytes + histogramBytes

export const booksBytes = ({ requests, phases }: BooksSize): number =>
  headBytes +
  totalHistograms * histogramBytes +
  requests * requestBytes +
  phases * (1 + requests) * tallyBytes

/** Empty books over `memory`. */
export function openBooks(memory: SharedArrayBuffer, size: BooksSize): Books {
  return layOut(memory, size, createHistogram)
}

/** The same books, for another thread that only reads. */
export function viewBooks(memory: SharedArrayBuffer, size: BooksSize): Books {
  return layOut(memory, size, viewHistogram)
}

/** The books of several workers as one. */
export function addBooks(parts: readonly Books[]): Books {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const size = { requests: only?.requests.length ?? 0, phases: only?.phases.length ?? 0 }
  const sum = openBooks(new SharedArrayBuffer(booksBytes(size)), size)
  for (const part of parts) {
    addCounters(sum.outcomes, part.outcomes)
    addCounters(sum.progress, part.progress)
    for (const name of ['response', 'okResponse', 'service', 'lag', 'wait'] as const)
      merge(sum[name], part[name])
    part.requests.forEach((own, index) => {
      const total = sum.requests[index]!
      addTally(total, own)
      addCounters(total.statuses, own.statuses)
      merge(total.response, own.response)
    })
    part.phases.forEach((own, index) => {
      const total = sum.phases[index]!
      addTally(total, own)
      own.requests.forEach((request, number) => addTally(total.requests[number]!, request))
    })
  }
  return sum
}

function addTally(into: Tally, from: Tally): void {
  addCounters(into.outcomes, from.outcomes)
  merge(into.okResponse, from.okResponse)
}

const addCounters = (into: Float64Array, from: Float64Array): void => {
  for (let i = 0; i < into.length; i++) into[i]! += from[i]!
}

function layOut(
  memory: SharedArrayBuffer,
  { requests, phases }: BooksSize,
  histogramAt: typeof viewHistogram,
): Books {
  const total = (index: number): Histogram => histogramAt(memory, headBytes + index * histogramBytes)
  const requestsStart = headBytes + totalHistograms * histogramBytes
  const phasesStart = requestsStart + requests * requestBytes
  const tallyAt = (index: number): Tally => {
    const start = phasesStart + index * tallyBytes
    return {
      outcomes: new Float64Array(memory, start, outcomes.length),
      okResponse: histogramAt(memory, start + countersBytes),
    }
  }
  return {
    outcomes: new Float64Array(memory, 0, outcomes.length),
    progress: new Float64Array(memory, countersBytes, 2),
    response: total(0),
    okResponse: total(1),
    service: total(2),
    lag: total(3),
    wait: total(4),
    requests: Array.from({ length: requests }, (_, index) => {
      const start = requestsStart + index * requestBytes
      return {
        outcomes: new Float64Array(memory, start, outcomes.length),
        statuses: new Float64Array(memory, start + countersBytes, 900),
        response: histogramAt(memory, start + countersBytes + statusesBytes),
        okResponse: histogramAt(memory, start + countersBytes + statusesBytes + histogramBytes),
      }
    }),
    phases: Array.from({ length: phases }, (_, index) => {
      const first = index * (1 + requests)
      return {
        ...tallyAt(first),
        requests: Array.from({ length: requests }, (__, request) => tallyAt(first + 1 + request)),
      }
    }),
  }
}

/** Writes down the end of one arrival. */
export function enter(books: Books, request: number, outcome: Outcome, times: ArrivalTimes): void {
  const index = numberOf[outcome]
  const own = books.requests[request]!
  books.outcomes[index]! += 1
  own.outcomes[index]! += 1
  recordMs(books.lag, times.lagMs)
  if (times.waitMs !== null) recordMs(books.wait, times.waitMs)
  if (times.serviceMs !== null) recordMs(books.service, times.serviceMs)
  if (times.responseMs === null) return
  recordMs(books.response, times.responseMs)
  recordMs(own.response, times.responseMs)
  if (outcome !== 'ok') return
  recordMs(books.okResponse, times.responseMs)
  recordMs(own.okResponse, times.responseMs)
}

/** The same in the books of a phase to which it belongs. */
export function enterPhase(
  phase: PhaseBooks,
  request: number,
  outcome: Outcome,
  { responseMs }: ArrivalTimes,
): void {
  for (const tally of [phase, phase.requests[request]!]) {
    tally.outcomes[numberOf[outcome]]! += 1
    if (outcome === 'ok' && responseMs !== null) recordMs(tally.okResponse, responseMs)
  }
}

/** `status` is from 100 to 999. */
export function enterStatus(books: Books, request: number, status: number): void {
  books.requests[request]!.statuses[status - 100]! += 1
}

/** Arrivals that were never taken up, because the run was ended. */
export function enterUnfinished(books: Books, arrivals: number): void {
  books.outcomes[numberOf.unfinished]! += arrivals
}

const numberOf = Object.fromEntries(outcomes.map((outcome, index) => [outcome, index])) as Record<
  Outcome,
  number
>

/** Status → answers. */
export const statusesOf = (counters: Float64Array): Record<string, number> =>
  Object.fromEntries([...counters].flatMap((answers, index) => (answers > 0 ? [[index + 100, answers]] : [])))

/** Only what occurred. */
export const countsOf = (counters: Float64Array): OutcomeCounts =>
  Object.fromEntries(
    outcomes.flatMap((outcome, index) => (counters[index]! > 0 ? [[outcome, counters[index]!]] : [])),
  )

export const sumOf = (counters: Float64Array): number => counters.reduce((sum, value) => sum + value, 0)
