// The recorded seconds of a run → what its report draws of them.

import type { LoadInterval } from '../events.ts'
import type { LatencyDistribution } from '../system/latency-distribution.ts'
import { together } from './encoded-histogram.ts'
import { countOf, createHistogram, type Histogram, merge, quantileUs, recordedIn } from './histogram.ts'

/** Per decade of latency. */
const bandsPerDecade = 6
/** More are too narrow to see. */
const mostColumns = 120

export interface Distribution {
  add(interval: LoadInterval): void
  /** null when nothing was answered. */
  read(): LatencyDistribution | null
}

/** Of each second it keeps counts per band only: a hundred bytes for a hundred times as many. */
export function createDistribution(): Distribution {
  const all = createHistogram()
  const one = createHistogram()
  const seconds: BandedSecond[] = []
  return {
    add({ second, responseHistogram }) {
      together([responseHistogram], one)
      merge(all, one)
      const bands = new Map<number, number>()
      for (const { us, times } of recordedIn(one)) bands.set(bandOf(us), (bands.get(bandOf(us)) ?? 0) + times)
      seconds.push({ second, bands: [...bands].flat() })
    },
    read: () => distributionOf(all, seconds),
  }
}

interface BandedSecond {
  second: number
  /** In turns: a band, how many were in it. Flat, as there is one of these for each second. */
  bands: number[]
}

function distributionOf(all: Histogram, seconds: readonly BandedSecond[]): LatencyDistribution | null {
  const total = countOf(all)
  if (total === 0) return null

  const lowest = bandOf(quantileUs(all, 0)!)
  const highest = bandOf(quantileUs(all, 1)!)
  const span = seconds.reduce((last, { second }) => Math.max(last, second), 0) + 1
  const width = Math.ceil(span / mostColumns)
  const columns = Array.from({ length: Math.ceil(span / width) }, (_, index) => ({
    fromS: index * width,
    toS: (index + 1) * width,
    counts: Array<number>(highest - lowest + 1).fill(0),
  }))
  for (const { second, bands } of seconds) {
    const { counts } = columns[Math.floor(second / width)]!
    for (let at = 0; at < bands.length; at += 2) counts[bands[at]! - lowest]! += bands[at + 1]!
  }
  return {
    percentiles: fractionsFor(total).map((fraction) => ({ fraction, ms: quantileUs(all, fraction)! / 1000 })),
    bandsMs: Array.from({ length: highest - lowest + 1 }, (_, index) => edgeMs(lowest + index)),
    columns,
  }
}

const bandOf = (us: number): number => Math.floor(Math.log10(Math.max(1, us)) * bandsPerDecade + 1e-9)

const edgeMs = (band: number): number => 10 ** (band / bandsPerDecade) / 1000

/** Denser towards 1, as far as the number of values reaches; then the maximum. */
function fractionsFor(total: number): number[] {
  const fractions: number[] = []
  for (let step = 0; ; step++) {
    const fraction = 1 - 10 ** (-step / 12)
    if ((1 - fraction) * total < 1) break
    fractions.push(fraction)
  }
  return [...fractions, 1]
}
