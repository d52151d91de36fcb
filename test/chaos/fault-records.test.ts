import { describe, expect, test } from 'vitest'
import { isAbout, isOver, tellOn, untold } from '../../src/chaos/follow-fault.ts'
import { closeUnhealed } from '../../src/chaos/unhealed.ts'
import type { EventDraft, SystemEvent } from '../../src/events.ts'

const journal = (drafts: EventDraft[]): SystemEvent[] =>
  drafts.map((draft, index) => ({ v: 1, seq: index + 1, ...draft }) as SystemEvent)

const requested = (id: string, at: number): EventDraft => ({
  at,
  source: 'agent',
  type: 'fault.requested',
  subject: `fault:${id}`,
  data: { kind: 'kill', target: 'payment', leaseMs: 30_000, expiresAt: at + 30_000 },
})
const healed = (id: string): EventDraft => ({
  at: 5,
  source: 'agent',
  type: 'fault.healed',
  subject: `fault:${id}`,
  data: { kind: 'kill', target: 'payment', by: 'lease', afterMs: 1 },
})
const failed = (id: string): EventDraft => ({
  at: 5,
  source: 'agent',
  type: 'fault.failed',
  subject: `fault:${id}`,
  data: { kind: 'kill', target: 'payment', reason: 'no' },
})
const breaker = (edge: string, to: 'open' | 'half_open' | 'closed'): EventDraft => ({
  at: 6,
  source: 'service:order',
  type: 'breaker.transition',
  subject: edge,
  data: { from: 'closed', to, reason: '' },
})

describe('the journal of an agent that was killed', () => {
  test('gets an end for each fault that has none', () => {
    const events = journal([
      requested('f1', 0),
      healed('f1'),
      requested('f2', 10),
      failed('f2'),
      requested('f3', 20),
    ])
    expect(closeUnhealed(events, 120)).toEqual([
      {
        at: 120,
        source: 'agent',
        type: 'fault.healed',
        subject: 'fault:f3',
        data: { kind: 'kill', target: 'payment', by: 'reconcile', afterMs: 100 },
      },
    ])
  })

  test('needs nothing when all faults had ended', () => {
    expect(closeUnhealed(journal([requested('f1', 0), healed('f1')]), 9)).toEqual([])
  })
})

describe('the story of a fault', () => {
  const story = (...drafts: EventDraft[]) => isOver(journal(drafts).reduce(tellOn, untold))

  test.for([
    { says: 'goes on until it is healed', drafts: [requested('f1', 0)], over: false },
    { says: 'is over when it is healed and no breaker opened', drafts: [healed('f1')], over: true },
    {
      says: 'goes on while a breaker is open',
      drafts: [breaker('order:payment', 'open'), healed('f1')],
      over: false,
    },
    {
      says: 'goes on while a breaker tries',
      drafts: [breaker('order:payment', 'open'), healed('f1'), breaker('order:payment', 'half_open')],
      over: false,
    },
    {
      says: 'is over when all breakers are closed',
      drafts: [
        breaker('order:payment', 'open'),
        breaker('refund:payment', 'open'),
        breaker('refund:payment', 'closed'),
        healed('f1'),
        breaker('order:payment', 'closed'),
      ],
      over: true,
    },
    { says: 'is over when it failed', drafts: [breaker('order:payment', 'open'), failed('f1')], over: true },
  ])('$says', ({ drafts, over }) => {
    expect(story(...drafts)).toBe(over)
  })

  test('leaves out what happens elsewhere', () => {
    const fault = { id: 'f1', target: 'payment' }
    const events = journal([
      requested('f2', 0),
      breaker('order:stock', 'open'),
      breaker('order:payment', 'open'),
    ])
    expect(events.map((event) => isAbout(fault, event))).toEqual([false, false, true])
  })
})
