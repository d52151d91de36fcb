// An arrival of several steps.

import { describe, expect, test } from 'vitest'
import { type CompiledRequest, compileRequest, type RequestSource } from '../../src/load/request.ts'
import { ok, world, type World } from './virtual-target.ts'

describe('an arrival of several steps', () => {
  const step = (part: Partial<RequestSource>): CompiledRequest =>
    compileRequest(
      { name: 'a', method: 'GET', path: '/', headers: {}, body: null, expect: null, ...part },
      { host: 'target', pathPrefix: '' },
      {},
      new Set(['id']),
    )
  const login = step({ name: 'login', capture: { id: 'body.id' }, thinkMs: 200 })
  const order = step({
    name: 'order',
    path: '/orders/{{id}}',
    checks: [{ kind: 'json', path: 'body.state', equals: 'paid' }],
  })
  const bodies = (state: string) => (written: string) =>
    written.startsWith('GET /orders/u%207 ') ? JSON.stringify({ state }) : '{"id":"u 7"}'
  const flow = (body: (written: string) => string): World =>
    world({
      rate: 10,
      durationMs: 1000,
      steps: [login, order],
      serve: ({ after, events, written }) => after(10, () => events.answered({ ...ok, body: body(written) })),
    })

  test('captures between them, thinks without counting that, and ends in one outcome', () => {
    const run = flow(bodies('paid'))
    run.run()
    expect(run.outcomes()).toEqual({ ok: 10 })
    expect(run.intervals[0]).not.toHaveProperty('failures')
    expect(run.sentAt).toHaveLength(20)
    expect(run.responseMs().p50).toBeGreaterThan(19)
    expect(run.responseMs().max).toBeLessThan(22)
    expect(run.now).toBeGreaterThan(1100)
  })

  test('a check that fails ends it as such', () => {
    const run = flow(bodies('open'))
    run.run()
    expect(run.outcomes()).toEqual({ 'check-failed': 10 })
    const reason = 'order: body.state is not "paid"'
    expect(run.intervals[0]!.failures).toEqual([{ outcome: 'check-failed', reason, arrivals: 10 }])
  })

  test('a capture that finds nothing ends it before the next step', () => {
    const run = flow(() => 'nothing to see')
    run.run()
    expect(run.outcomes()).toEqual({ 'check-failed': 10 })
    expect(run.sentAt).toHaveLength(10)
    const reason = 'login: no body.id to capture as id'
    expect(run.intervals[0]!.failures).toEqual([{ outcome: 'check-failed', reason, arrivals: 10 }])
  })

  test('stopped while it thinks, it is unfinished', () => {
    const run = flow(bodies('paid'))
    run.run(150)
    run.engine.stop()
    expect(run.outcomes()).toEqual({ unfinished: 10 })
    expect(run.isDone).toBe(true)
  })
})
