// The timeline of a run: who did what when, seen from the first fault.

import { describe, expect, test } from 'vitest'
import { foldFailedTrials } from '../../src/observe/fold-trials.ts'
import { timelineOf, type TimelineRow } from '../../src/observe/timeline.ts'
import { events } from './fixtures/payment-killed.ts'

describe('the timeline', () => {
  const rows = timelineOf(events)

  test('tells kill, open, half-open, back and closed in milliseconds since the kill', () => {
    const told = rows.map(({ what, afterFaultMs }) => [
      what,
      afterFaultMs === null ? null : Math.round(afterFaultMs),
    ])
    expect(told).toEqual([
      ['run started', null],
      ['kill requested', null],
      ['kill applied', 0],
      ['exited', 4],
      ['kill bit', 5],
      ['breaker open', 231],
      ['breaker half-open', 1_240],
      ['breaker open', 1_243],
      ['kill healed', 7_000],
      ['started', 7_002],
      ['ready', 7_512],
      ['breaker half-open', 7_932],
      ['breaker closed', 7_944],
      ['orders checked', null],
      ['met: breaker opens in time', null],
      ['run ended', null],
    ])
  })

  test('names the service that a fault hit, and draws edges as arrows', () => {
    expect(rows.find(({ what }) => what === 'kill applied')?.subject).toBe('payment')
    expect(rows.find(({ what }) => what === 'breaker open')?.subject).toBe('order → payment')
  })
})

describe('failed trials of a breaker', () => {
  const row = (what: string, at: number, subject = 'order → payment'): TimelineRow => ({
    at,
    afterFaultMs: at,
    tone: 'warn',
    subject,
    what,
    detail: 'why',
  })
  const trial = (at: number) => [row('breaker half-open', at), row('breaker open', at + 2)]
  const told = (rows: TimelineRow[]) =>
    foldFailedTrials(rows).map(({ what, detail, at }) => [what, detail, at])

  test('in a row are one row', () => {
    expect(told([...trial(1000), ...trial(2000), ...trial(3000)])).toEqual([
      ['breaker half-open, open again × 3', 'why, the last at +3002 ms', 1000],
    ])
  })

  test('with something between them are told apart', () => {
    expect(told([...trial(1000), row('ready', 1500, 'payment'), ...trial(2000)])).toEqual([
      ['breaker half-open, open again', 'why', 1000],
      ['ready', 'why', 1500],
      ['breaker half-open, open again', 'why', 2000],
    ])
  })

  test('leave the trial that succeeds alone', () => {
    const rows = [row('breaker half-open', 1), row('breaker closed', 2)]
    expect(foldFailedTrials(rows)).toEqual(rows)
  })
})
