// The seconds of all workers, in order → the intervals of the run.

import type { LoadInterval, OutcomeCounts } from '../events.ts'
import { addFailures } from './failures.ts'
import { createHistogram, decode, encode, type Histogram, merge, percentiles } from './histogram.ts'
import type { SecondBooks } from './intervals.ts'

export interface IntervalMerger {
  /** A worker tells its seconds in ascending order; one without arrivals is not told. */
  add(worker: number, second: SecondBooks): void
  /** The worker has told all of its seconds. */
  end(worker: number): void
}

/** Tells the parts of a second when no worker can add to it any more. */
export function mergeIntervals(
  workers: number,
  onSecond: (parts: readonly SecondBooks[]) => void,
): IntervalMerger {
  const toldUpTo = Array<number>(workers).fill(-1)
  const waiting = new Map<number, SecondBooks[]>()
  const tellComplete = (): void => {
    const upTo = Math.min(...toldUpTo)
    const complete = [...waiting.keys()].filter((second) => second <= upTo).toSorted((a, b) => a - b)
    for (const second of complete) {
      onSecond(waiting.get(second)!)
      waiting.delete(second)
    }
  }
  return {
    add(worker, second) {
      const parts = waiting.get(second.second)
      if (parts === undefined) waiting.set(second.second, [second])
      else parts.push(second)
      toldUpTo[worker] = second.second
      tellComplete()
    },
    end(worker) {
      toldUpTo[worker] = Number.POSITIVE_INFINITY
      tellComplete()
    },
  }
}

/** @param parts of the same second, at least one */
export function intervalOf(parts: readonly SecondBooks[]): LoadInterval {
  const response = together(parts.map((part) => part.response))
  return {
    second: parts[0]!.second,
    scheduled: parts.reduce((sum, { scheduled }) => sum + scheduled, 0),
    outcomes: addCounts(parts.map(({ outcomes }) => outcomes)),
    requests: addPerRequest(parts),
    responseMs: percentiles(response),
    serviceMs: percentiles(together(parts.map((part) => part.service))),
    lagMs: percentiles(together(parts.map((part) => part.lag))),
    responseHistogram: parts.length === 1 ? parts[0]!.response : encode(response),
    ...(parts.some(({ perRequest }) => perRequest !== undefined) && {
      requestHistograms: perRequestOf(parts),
    }),
    ...(parts.some(({ failures }) => failures !== undefined) && {
      failures: addFailures(parts.map(({ failures = [] }) => failures)),
    }),
  }
}

export function together(encoded: readonly string[]): Histogram {
  const [first, ...others] = encoded
  const sum = first === undefined ? createHistogram() : decode(first)
  for (const text of others) merge(sum, decode(text))
  return sum
}

function perRequestOf(parts: readonly SecondBooks[]): Record<string, string> {
  const names = new Set(parts.flatMap(({ perRequest }) => Object.keys(perRequest ?? {})))
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      encode(together(parts.flatMap(({ perRequest }) => perRequest?.[name] ?? []))),
    ]),
  )
}

function addPerRequest(parts: readonly SecondBooks[]): Record<string, OutcomeCounts> {
  const names = new Set(parts.flatMap(({ requests }) => Object.keys(requests)))
  return Object.fromEntries(
    [...names].map((name) => [name, addCounts(parts.map(({ requests }) => requests[name] ?? {}))]),
  )
}

function addCounts(counts: readonly OutcomeCounts[]): OutcomeCounts {
  const sum: OutcomeCounts = {}
  for (const one of counts) {
    for (const [outcome, times] of Object.entries(one) as [keyof OutcomeCounts, number][]) {
      sum[outcome] = (sum[outcome] ?? 0) + times
    }
  }
  return sum
}
