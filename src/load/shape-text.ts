// A schedule in words, for titles and reports.

import { formatDuration } from '../system/duration.ts'
import type { RateShape } from './rate-curve.ts'
import type { Schedule, ScheduleShape } from './schedule.ts'

/** As asked for, when it is constant; else what the schedule comes to. */
export const meanRate = (shape: ScheduleShape, { arrivals, durationMs }: Schedule): number =>
  shape.kind === 'rate' && shape.rate.kind === 'constant'
    ? shape.rate.ratePerSecond
    : Math.round((arrivals * 1_000_000) / Math.max(1, durationMs)) / 1000

/** `500 rps for 20s`, `0 → 100 rps in 10s → 0 rps in 5s`. */
export function shapeText(shape: ScheduleShape): string {
  if (shape.kind === 'replay') return `${count(shape.timesMs.length)} recorded times`
  const text = rateText(shape.rate)
  return shape.arrivals.kind === 'poisson' ? `${text}, Poisson arrivals` : text
}

function rateText(rate: RateShape): string {
  switch (rate.kind) {
    case 'constant':
      return `${count(rate.ratePerSecond)} rps for ${formatDuration(rate.durationMs)}`
    case 'stages':
      return [
        `${count(rate.startRate)} rps`,
        ...rate.stages.map(
          ({ target, durationMs }) => `${count(target)} rps in ${formatDuration(durationMs)}`,
        ),
      ].join(' → ')
    case 'sine': {
      const { meanRate: mean, amplitude, periodMs, durationMs } = rate
      return `${count(mean)} ± ${count(amplitude)} rps each ${formatDuration(periodMs)} for ${formatDuration(durationMs)}`
    }
  }
}

const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })
