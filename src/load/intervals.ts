// The books of each second of the schedule: an arrival belongs to the second of its intended time,
// however late it ends. A second is told once all of its arrivals have ended, in order.

import type { FailureReason, Outcome, OutcomeCounts } from '../events.ts'
import { encode } from './encoded-histogram.ts'
import { createFailureCounts, type FailureCounts } from './failures.ts'
import { clear, createHistogram, type Histogram, recordMs } from './histogram.ts'

/** Times of one arrival that ended; null where it never came that far. */
export interface Times {
  responseMs: number | null
  serviceMs: number | null
  lagMs: number
}

export interface Intervals {
  /** An arrival of this second has been taken up. Seconds come in ascending order. */
  begin(second: number): void
  /** `reason`: why it failed, where the outcome leaves that open. */
  settle(
    arrival: { second: number; request: string; reason: string | null },
    outcome: Outcome,
    times: Times,
  ): void
  /** No arrival will begin any more: the last second is complete when its arrivals have ended. */
  close(): void
}

interface Second {
  second: number
  begun: number
  ended: number
  outcomes: OutcomeCounts
  requests: Record<string, OutcomeCounts>
  response: Histogram
  service: Histogram
  lag: Histogram
  perRequest: Map<string, Histogram>
  failures: FailureCounts | null
}

/** One second of one worker; plain data. */
export interface SecondBooks {
  second: number
  scheduled: number
  outcomes: OutcomeCounts
  requests: Record<string, OutcomeCounts>
  /** Encoded histograms. */
  response: string
  service: string
  lag: string
  /** `response` of each request, when asked for. */
  perRequest?: Record<string, string>
  failures?: FailureReason[]
}

/** @param options `perRequest` costs 100 kB and some time for each request of a second */
export function createIntervals(
  onSecond: (second: SecondBooks) => void,
  options: { perRequest: boolean } = { perRequest: false },
): Intervals {
  const open: Second[] = []
  const spare: Second[] = []
  let current = -1
  let isClosed = false

  const start = (second: number): Second => {
    const reused = spare.pop()
    if (reused === undefined) {
      const histograms = { response: createHistogram(), service: createHistogram(), lag: createHistogram() }
      const perRequest = new Map<string, Histogram>()
      const empty = { begun: 0, ended: 0, outcomes: {}, requests: {}, failures: null }
      return { second, ...empty, ...histograms, perRequest }
    }
    const { response, service, lag, perRequest } = reused
    for (const histogram of [response, service, lag, ...perRequest.values()]) clear(histogram)
    return Object.assign(reused, { second, begun: 0, ended: 0, outcomes: {}, requests: {}, failures: null })
  }
  const tellComplete = (): void => {
    for (;;) {
      const first = open[0]
      if (first === undefined || first.ended < first.begun || (first.second === current && !isClosed)) return
      onSecond(booksOf(first))
      spare.push(first)
      open.shift()
    }
  }

  return {
    begin(second) {
      if (second !== current) {
        open.push(start(second))
        current = second
        tellComplete()
      }
      open.at(-1)!.begun += 1
    },
    settle({ second, request, reason }, outcome, { responseMs, serviceMs, lagMs }) {
      const books = current === second ? open.at(-1) : open.find((candidate) => candidate.second === second)
      if (books === undefined) throw new Error(`an arrival of second ${second} ended after all of them had`)
      books.ended += 1
      books.outcomes[outcome] = (books.outcomes[outcome] ?? 0) + 1
      const own = (books.requests[request] ??= {})
      own[outcome] = (own[outcome] ?? 0) + 1
      if (reason !== null) (books.failures ??= createFailureCounts()).add(outcome, reason, 1)
      recordMs(books.lag, lagMs)
      if (responseMs !== null) recordMs(books.response, responseMs)
      if (responseMs !== null && options.perRequest) recordMs(ofRequest(books, request), responseMs)
      if (serviceMs !== null) recordMs(books.service, serviceMs)
      if (books.ended === books.begun) tellComplete()
    },
    close() {
      isClosed = true
      tellComplete()
    },
  }
}

function ofRequest({ perRequest }: Second, request: string): Histogram {
  const known = perRequest.get(request)
  if (known !== undefined) return known
  const histogram = createHistogram()
  perRequest.set(request, histogram)
  return histogram
}

const booksOf = ({ begun, response, service, lag, perRequest, ...told }: Second): SecondBooks => ({
  second: told.second,
  scheduled: begun,
  outcomes: told.outcomes,
  requests: told.requests,
  response: encode(response),
  service: encode(service),
  lag: encode(lag),
  ...(told.failures !== null && { failures: told.failures.list() }),
  ...(perRequest.size > 0 && {
    perRequest: Object.fromEntries([...perRequest].map(([name, histogram]) => [name, encode(histogram)])),
  }),
})
