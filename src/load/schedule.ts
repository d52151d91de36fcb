// When each arrival is due: a function of its number, so that nothing drifts and nothing has to be stored.
// The target cannot slow a schedule down.

import { unitPoisson } from './poisson.ts'
import { rateCurve, type RateShape } from './rate-curve.ts'

/** Plain data: it crosses to the generator's threads by structured clone. */
export type ScheduleShape =
  | { kind: 'rate'; rate: RateShape; arrivals: Spacing }
  /** Recorded times from the start, ascending. */
  | { kind: 'replay'; timesMs: Float64Array }

/** Even: arrival k is due when the integral of the rate is k. Poisson: as users who do not know each other. */
export type Spacing = { kind: 'even' } | { kind: 'poisson'; seed: number }

/** Chance of another seed, where there is any. */
export const seeded = (shape: ScheduleShape, seed: number): ScheduleShape =>
  shape.kind === 'rate' && shape.arrivals.kind === 'poisson'
    ? { ...shape, arrivals: { kind: 'poisson', seed } }
    : shape

export interface Schedule {
  /** How many arrivals there are; they are numbered from 0. */
  arrivals: number
  durationMs: number
  /** The intended time of arrival k, from the start of the schedule; never decreases with k. */
  intendedMs(k: number): number
  /** The integral of the rate from 0 to t: how many arrivals should have happened, as a real number. */
  expectedBy(elapsedMs: number): number
}

export function scheduleOf(shape: ScheduleShape): Schedule {
  if (shape.kind === 'replay') return replay(shape.timesMs)
  return shape.arrivals.kind === 'even' ? even(shape.rate) : poisson(shape.rate, shape.arrivals.seed)
}

/** Evenly spaced arrivals: the first at 0, then one each 1/rate. */
export const constantRate = (shape: { ratePerSecond: number; durationMs: number }): Schedule =>
  even({ kind: 'constant', ...shape })

function even(shape: RateShape): Schedule {
  const { durationMs, expectedBy, timeOf } = rateCurve(shape)
  return { arrivals: Math.round(expectedBy(durationMs)), durationMs, intendedMs: timeOf, expectedBy }
}

/** A process of rate 1, read on a clock that runs as fast as the rate. */
function poisson(shape: RateShape, seed: number): Schedule {
  const { durationMs, expectedBy, timeOf } = rateCurve(shape)
  const { arrivals, at } = unitPoisson(seed, expectedBy(durationMs))
  return { arrivals, durationMs, intendedMs: (k) => timeOf(at(k)), expectedBy }
}

function replay(timesMs: Float64Array): Schedule {
  return {
    arrivals: timesMs.length,
    durationMs: timesMs.at(-1) ?? 0,
    intendedMs: (k) => timesMs[k] ?? Number.POSITIVE_INFINITY,
    expectedBy: (elapsedMs) => countUpTo(timesMs, elapsedMs),
  }
}

/** How many of the ascending times are at most `limit`. */
function countUpTo(times: Float64Array, limit: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return low
}

/** The part of worker `index` of `of`: each takes every of-th arrival, so that they stand a phase apart. */
export function everyNth(schedule: Schedule, { index, of }: { index: number; of: number }): Schedule {
  if (of === 1) return schedule
  return {
    ...schedule,
    arrivals: Math.max(0, Math.ceil((schedule.arrivals - index) / of)),
    intendedMs: (k) => schedule.intendedMs(index + k * of),
    expectedBy: (elapsedMs) => schedule.expectedBy(elapsedMs) / of,
  }
}
