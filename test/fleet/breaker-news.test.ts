import { describe, expect, test } from 'vitest'
import { breakerNews, parseBreakers } from '../../src/fleet/breaker-news.ts'
import type { BreakerSnapshot, BreakerTransition } from '../../src/system/agent-api.ts'

const trip: BreakerTransition = { at: 100.5, from: 'closed', to: 'open', reason: '29 of 32 failed' }
const probe: BreakerTransition = { at: 900, from: 'open', to: 'half_open', reason: 'probe answered' }
const close: BreakerTransition = { at: 950, from: 'half_open', to: 'closed', reason: 'trial calls succeeded' }

const snapshot = (name: string, transitions: BreakerTransition[]): BreakerSnapshot => ({
  name,
  state: transitions.at(-1)?.to ?? 'closed',
  since: 0,
  failureRate: 0,
  slowRate: 0,
  calls: 0,
  openRemainingMs: 0,
  transitions,
})

describe('what is new in the breakers of a service', () => {
  test('a first look tells everything that the process has gone through', () => {
    const news = breakerNews('order', [], [snapshot('order:payment', [trip, probe])])
    expect(news).toEqual([
      {
        at: 100.5,
        source: 'service:order',
        type: 'breaker.transition',
        subject: 'order:payment',
        data: { from: 'closed', to: 'open', reason: '29 of 32 failed' },
      },
      {
        at: 900,
        source: 'service:order',
        type: 'breaker.transition',
        subject: 'order:payment',
        data: { from: 'open', to: 'half_open', reason: 'probe answered' },
      },
    ])
  })

  test('nothing is told twice', () => {
    const look = [snapshot('order:payment', [trip, probe])]
    expect(breakerNews('order', look, look)).toEqual([])
  })

  test('nothing is lost when the oldest ones leave the list', () => {
    const before = [snapshot('order:payment', [trip, probe])]
    const after = [snapshot('order:payment', [probe, close])]
    expect(breakerNews('order', before, after).map(({ at }) => at)).toEqual([950])
  })

  test('breakers of one service are told in the order of their times', () => {
    const after = [snapshot('order:payment', [close]), snapshot('order:stock', [trip, probe])]
    expect(breakerNews('order', [], after).map(({ at }) => at)).toEqual([100.5, 900, 950])
  })
})

describe('parseBreakers', () => {
  test.for(['', 'not JSON', '{}', '{"breakers":{}}', '{"breakers":[{"name":1}]}', 'null'])(
    'takes %j for no answer',
    (body) => {
      expect(parseBreakers(body)).toBeUndefined()
    },
  )
})
