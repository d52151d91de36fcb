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
}

export interface RequestBooks {
  outcomes: Float64Array
  /** Answers by status: the counter of status s is at s - 100. */
  statuses: Float64Array
  response: Histogram
  okResponse: Histogram
}

/** Milliseconds of one arrival that has ended; null where it never came that far. */
export interface ArrivalTimes {
  responseMs: number | null
  serviceMs: number | null
  waitMs: number | null
  lagMs: number
}

const countersBytes = outcomes.length * Float64Array.BYTES_PER_ELEMENT
const statusesBytes = 900 * Float64Array.BYTES_PER_ELEMENT
const requestBytes = countersBytes + statusesBytes + 2 * histogramBytes
const headBytes = countersBytes + 2 * Float64Array.BYTES_PER_ELEMENT
const totalHistograms = 5

export const booksBytes = (requests: number): number =>
  headBytes + totalHistograms * histogramBytes + requests * requestBytes

/** Empty books over `memory`. */
export function openBooks(memory: SharedArrayBuffer, requests: number): Books {
  return layOut(memory, requests, createHistogram)
}

/** The same books, for another thread that only reads. */
export function viewBooks(memory: SharedArrayBuffer, requests: number): Books {
  return layOut(memory, requests, viewHistogram)
}

/** The books of several workers as one. */
export function addBooks(parts: readonly Books[]): Books {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const requests = only?.requests.length ?? 0
  const sum = openBooks(new SharedArrayBuffer(booksBytes(requests)), requests)
  for (const part of parts) {
    addCounters(sum.outcomes, part.outcomes)
    addCounters(sum.progress, part.progress)
    for (const name of ['response', 'okResponse', 'service', 'lag', 'wait'] as const)
      merge(sum[name], part[name])
    part.requests.forEach((own, index) => {
      const total = sum.requests[index]!
      addCounters(total.outcomes, own.outcomes)
      addCounters(total.statuses, own.statuses)
      merge(total.response, own.response)
      merge(total.okResponse, own.okResponse)
    })
  }
  return sum
}

const addCounters = (into: Float64Array, from: Float64Array): void => {
  for (let i = 0; i < into.length; i++) into[i]! += from[i]!
}

function layOut(memory: SharedArrayBuffer, requests: number, histogramAt: typeof viewHistogram): Books {
  const total = (index: number): Histogram => histogramAt(memory, headBytes + index * histogramBytes)
  const requestsStart = headBytes + totalHistograms * histogramBytes
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
