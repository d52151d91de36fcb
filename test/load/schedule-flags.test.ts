import { describe, expect, test } from 'vitest'
import { rateCurve } from '../../src/load/rate-curve.ts'
import { scheduleOf } from '../../src/load/schedule.ts'
import { type ScheduleFlags, shapeAsked } from '../../src/load/schedule-flags.ts'
import { shapeText } from '../../src/load/shape-text.ts'

const flags = (part: Partial<ScheduleFlags>): ScheduleFlags => ({
  ratePerSecond: undefined,
  durationMs: 30_000,
  stages: undefined,
  spike: undefined,
  wave: undefined,
  replay: undefined,
  arrivals: 'even',
  seed: 1,
  ...part,
})

describe('a schedule as it is typed', () => {
  test.each<[Partial<ScheduleFlags>, string, number]>([
    [{ ratePerSecond: 500 }, '500 rps for 30s', 15_000],
    [
      { ratePerSecond: 100, stages: '10s:100, 0s:1_000,10s:1000,20s:0' },
      '100 rps → 100 rps in 10s → 1,000 rps in 0s → 1,000 rps in 10s → 0 rps in 20s',
      1000 + 10_000 + 10_000,
    ],
    [{ stages: '1m:600' }, '0 rps → 600 rps in 1m', 18_000],
    [
      { ratePerSecond: 100, spike: '10s+5s:1000' },
      '100 rps → 100 rps in 10s → 1,000 rps in 0s → 1,000 rps in 5s → 100 rps in 0s → 100 rps in 15s',
      2500 + 5000,
    ],
    [{ ratePerSecond: 500, wave: '400/30s' }, '500 ± 400 rps each 30s for 30s', 15_000],
    [{ replay: '# a log\n1700000000500\n1700000000000.5\n\n' }, '2 recorded times', 2],
  ])('%o', (part, text, arrivals) => {
    const shape = shapeAsked(flags(part))!
    expect(shapeText(shape)).toBe(text)
    expect(scheduleOf(shape).arrivals).toBe(arrivals)
  })

  test('recorded times start with the earliest', () => {
    const schedule = scheduleOf(shapeAsked(flags({ replay: '30\n10\n25.5' }))!)
    expect([0, 1, 2].map(schedule.intendedMs)).toEqual([0, 15.5, 20])
  })

  test('a seed is of the Poisson arrivals', () => {
    const times = [1, 2].map((seed) => {
      const shape = shapeAsked(flags({ ratePerSecond: 100, arrivals: 'poisson', seed }))!
      return scheduleOf(shape).intendedMs(0)
    })
    expect(times[0]).not.toBe(times[1])
  })

  test('none, when nothing of it is given', () => {
    expect(shapeAsked(flags({}))).toBeUndefined()
  })
})

describe('a mistake names the flag and what was expected', () => {
  test.each<[Partial<ScheduleFlags>, RegExp]>([
    [{ stages: '10s' }, /--stages/],
    [{ stages: 'soon:5' }, /A stage/],
    [{ stages: '1s:5', wave: '1/1s', ratePerSecond: 5 }, /--wave/],
    [{ spike: '10s+5s:1000' }, /A rate is needed/],
    [{ spike: '10s:1000', ratePerSecond: 5 }, /--spike/],
    [{ spike: '28s+5s:1000', ratePerSecond: 5 }, /--spike/],
    [{ wave: '50/10s', ratePerSecond: 5 }, /--wave/],
    [{ replay: '10\nsoon' }, /Line 2 of --replay/],
    [{ replay: '\n' }, /--replay/],
  ])('%o', (part, message) => {
    expect(() => shapeAsked(flags(part))).toThrow(message)
  })
})

test('the peak of a wave is known, so that room for it is made', () => {
  expect(
    rateCurve({ kind: 'sine', meanRate: 500, amplitude: 400, periodMs: 1000, durationMs: 1000 }).peakRate,
  ).toBe(900)
})
