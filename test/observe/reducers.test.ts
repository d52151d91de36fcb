import { describe, expect, test } from 'vitest'
import { breakerBands } from '../../src/observe/breaker-bands.ts'
import { expectationsOf } from '../../src/observe/expectations.ts'
import type { BreakerState, SystemEvent } from '../../src/events.ts'
import { faultStories } from '../../src/observe/fault-story.ts'
import { faultWindows } from '../../src/observe/fault-windows.ts'
import { loadSeries } from '../../src/observe/load-series.ts'
import { runId } from '../../src/observe/run.ts'
import { mergeEvents } from './fixtures/merge-events.ts'
import { probeLanes } from '../../src/observe/probe-lanes.ts'
import { serviceLanes } from '../../src/observe/service-lanes.ts'
import { spansOf } from '../../src/observe/span.ts'
import { agentEvents, events, load, loadEvents, start } from './fixtures/payment-killed.ts'

const kill = start + 5_000.25

describe('events of several sources', () => {
  test('become one journal by time, numbered from 1, ties in the order given', () => {
    const merged = mergeEvents(loadEvents, agentEvents)
    expect(merged.map(({ seq }) => seq)).toEqual(merged.map((_, index) => index + 1))
    expect(merged.every(({ at }, index) => index === 0 || at >= merged[index - 1]!.at)).toBe(true)
    const tie = mergeEvents([loadEvents[0]!], [{ ...loadEvents[1]!, at: loadEvents[0]!.at }])
    expect(tie.map(({ data }) => ('second' in data ? data.second : null))).toEqual([0, 1])
  })
})

test("a run's id sorts by time and says its kind", () => {
  expect(runId('2026-11-22T15:30:00.123Z', 'load', 0)).toBe('20261122-153000-load-0000')
  expect(runId('2026-11-22T15:30:00.123Z', 'demo', 0.999999)).toBe('20261122-153000-demo-ffff')
})

describe('spans', () => {
  const up = { at: 10, to: 'up', reason: 'r' }
  test.each([
    ['without a change, one span that does not end', [], [{ from: 0, to: null, state: 'down', reason: '' }]],
    [
      'a change ends the span before it',
      [up],
      [
        { from: 0, to: 10, state: 'down', reason: '' },
        { from: 10, to: null, state: 'up', reason: 'r' },
      ],
    ],
    [
      'a change before the start leaves no empty span',
      [{ ...up, at: 0 }],
      [{ from: 0, to: null, state: 'up', reason: 'r' }],
    ],
  ])('%s', (_, changes, expected) => {
    expect(spansOf(changes, { start: 0, before: 'down' })).toEqual(expected)
  })
})

describe('the breaker of an edge', () => {
  test('has a band from the start of the run: closed, open, half-open, open, half-open, closed', () => {
    const [band] = breakerBands(events, start)
    expect(band?.subject).toBe('order:payment')
    expect(band?.spans.map(({ state }) => state)).toEqual([
      'closed',
      'open',
      'half_open',
      'open',
      'half_open',
      'closed',
    ])
    expect(band?.spans[0]).toMatchObject({ from: start, to: kill + 231.4 })
    expect(band?.spans.at(-1)?.to).toBeNull()
  })

  test('that never moved has none', () => {
    expect(breakerBands(loadEvents as typeof events, start)).toEqual([])
  })
})

test('a killed service was up, then down, then starting, then up', () => {
  const lanes = serviceLanes(events, start)
  expect(lanes.map(({ subject, spans }) => [subject, spans.map(({ state }) => state)])).toEqual([
    ['payment', ['up', 'down', 'starting', 'up']],
  ])
})

describe('a fault', () => {
  test('has a window from its application to its healing', () => {
    expect(faultWindows(events)).toEqual([
      expect.objectContaining({
        id: 'f1',
        kind: 'kill',
        target: 'payment',
        appliedAt: kill,
        bitAt: kill + 5,
        healedAt: kill + 7_000,
        healedBy: 'command',
        failure: null,
      }),
    ])
  })

  test('that goes on has no end, and one that failed says why', () => {
    const [requested, applied] = agentEvents
    expect(faultWindows([requested!, applied!])[0]?.healedAt).toBeNull()
    const failed = mergeEvents([
      {
        at: 1,
        source: 'agent',
        type: 'fault.failed',
        subject: 'fault:f2',
        data: { kind: 'kill', target: 'x', reason: 'gone' },
      },
    ])
    expect(faultWindows(failed)).toMatchObject([
      { id: 'f2', appliedAt: null, failure: 'gone', healedAt: null },
    ])
    const [event] = failed
    if (event?.type !== 'fault.failed') throw new Error('it is one')
    const lost = [{ ...event, data: { ...event.data, isGone: true as const } }]
    expect(faultWindows(lost)).toMatchObject([{ failure: 'gone', healedAt: 1 }])
  })

  test('has a story: open after the kill, back, closed after the return', () => {
    const [story] = faultStories(faultWindows(events), events)
    expect(story?.backAfterMs).toBe(7_512)
    const [edge] = story?.edges ?? []
    expect(edge?.edge).toBe('order:payment')
    expect(edge?.openedAfterMs).toBeCloseTo(231.4, 3)
    expect(edge?.halfOpenAfterMs).toBeCloseTo(420, 3)
    expect(edge?.closedAfterMs).toBeCloseTo(431.5, 3)
  })

  test('tells the first closing after the return, and how often it opened again', () => {
    const last = events.findLast(({ type }) => type === 'breaker.transition')!
    const again = (afterMs: number, from: BreakerState, to: BreakerState): SystemEvent =>
      ({ ...last, at: last.at + afterMs, data: { from, to, reason: 'slow' } }) as SystemEvent
    const more = [
      ...events,
      again(100, 'closed', 'open'),
      again(200, 'open', 'half_open'),
      again(210, 'half_open', 'open'), // a failed trial is not another opening
      again(300, 'open', 'half_open'),
      again(310, 'half_open', 'closed'),
    ]
    const [story] = faultStories(faultWindows(more), more)
    expect(story?.edges[0]?.closedAfterMs).toBeCloseTo(431.5, 3)
    expect(story?.edges[0]?.reopened).toBe(1)
  })

  test('whose target never came back has a story without an end', () => {
    const until = events.filter(({ at }) => at < kill + 6_000)
    const [story] = faultStories(faultWindows(until), until)
    expect(story).toMatchObject({
      backAfterMs: null,
      edges: [{ halfOpenAfterMs: null, closedAfterMs: null }],
    })
  })
})

describe('the seconds of a load', () => {
  test('become columns, ok first and only outcomes that occurred', () => {
    const series = loadSeries(events, load.startedAt)
    expect(series?.seconds).toHaveLength(20)
    expect(series?.outcomes.map(({ name }) => name)).toEqual(['ok', 'http-error', 'timeout', 'reset'])
    expect(series?.outcomes[2]?.counts[5]).toBe(5)
    expect(series?.responseMs.p50[5]).toBe(14)
  })

  test('tell the start of the schedule when nobody else does', () => {
    expect(loadSeries(events, undefined)?.startedAt).toBe(start + 12)
  })

  test('are nothing when there was no load', () => {
    expect(loadSeries(agentEvents, undefined)).toBeUndefined()
  })
})

test('of an expectation that was missed and then met, the last word counts', () => {
  const about = { name: 'p99', expected: '< 50 ms' }
  const told = mergeEvents([
    {
      at: 1,
      source: 'load',
      type: 'expectation.missed',
      subject: 'run:r',
      data: { ...about, observed: '80 ms' },
    },
    {
      at: 2,
      source: 'load',
      type: 'expectation.met',
      subject: 'run:r',
      data: { ...about, observed: '20 ms' },
    },
  ])
  expect(expectationsOf(told)).toEqual([{ ...about, observed: '20 ms', isMet: true }])
})

test('a probe of an experiment has a lane: as it was found first, and each change', () => {
  const told = (at: number, ok: boolean) => ({
    at,
    source: 'load' as const,
    type: 'probe.result' as const,
    subject: 'run:r',
    data: { name: 'orders-ok', ok, observed: ok ? '100 % ok' : '40 % ok' },
  })
  const [lane, ...others] = probeLanes(mergeEvents([told(start + 5, true), told(start + 9, false)]), start)
  expect(others).toEqual([])
  expect(lane).toEqual({
    subject: 'orders-ok',
    spans: [
      { from: start, to: start + 5, state: 'up', reason: '' },
      { from: start + 5, to: start + 9, state: 'up', reason: '100 % ok' },
      { from: start + 9, to: null, state: 'down', reason: '40 % ok' },
    ],
  })
})
