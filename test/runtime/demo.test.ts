// The demo on real processes: a healthy system passes; a system with one defect fails, at the step that
// the defect breaks.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPlan, type DemoPlan, type DemoResult } from '../../src/chaos/demo.ts'
import { runDemo } from '../../src/runtime/demo.ts'
import { renderedSystem, type RenderedSystem } from '../fixtures/rendered-system.ts'

// The same story as `msvc demo` tells, with shorter waits.
const plan = { ...demoPlan, loadMs: 13_000, killAfterMs: 3_000, deadMs: 4_000, settleMs: 6_000 }
// What a defect breaks shows at half of the rate, too, and leaves a small machine room for the defect's own cost.
const gentle = { ...plan, ratePerSecond: 250 }
const slow = { tags: ['slow' as const] }
let state = ''

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'msvc-state-'))
  process.env['XDG_STATE_HOME'] = state
})
afterAll(() => rm(state, { recursive: true, force: true }))

test('a system as it is generated passes, and nothing is lost', slow, async () => {
  await using system = await renderedSystem()
  const result = await demo(system)
  expect(story(result)).toEqual([])
  expect(result).toMatchObject({ verdict: 'PASS', orders: { lost: 0, paidTwice: 0 } })
  expect(result.orders?.acknowledged).toBe((plan.ratePerSecond * plan.loadMs * 0.2) / 1000)
  expect(result.orders?.paidOnce).toBe(result.orders?.acknowledged)
  expect(result.breaker.openedAfterMs).toBeLessThan(1_000)
  expect(result.breaker.closedAfterMs).toBeLessThan(5_000)
})

test('a breaker that never trips is found out', slow, async () => {
  await using system = await renderedSystem()
  await system.edit(
    'platform/src/breaker.ts',
    'if (reason !== undefined) open(call.settledMs, reason)',
    'void reason',
  )
  const result = await demo(system, gentle)
  expect(story(result)).toEqual(['the breaker opens'])
  expect(result.verdict).toBe('FAIL')
})

test('pending orders that nobody pays later are found out', slow, async () => {
  await using system = await renderedSystem()
  await system.edit('services/order/src/pending-payments.ts', 'if (queue.size === 0) {', 'if (true) {')
  const result = await demo(system, gentle)
  expect(story(result)).toEqual(['the pending orders are paid'])
  expect(result.orders?.lost).toBeGreaterThan(0)
})

test(
  'a retry under a new key is found out, also when nobody happened to be charged twice',
  slow,
  async () => {
    await using system = await renderedSystem()
    await system.edit(
      'services/order/src/pay-order.ts',
      'idempotencyKey: order.paymentKey',
      'idempotencyKey: retryAttempt === 0 ? order.paymentKey : `${order.paymentKey}-${retryAttempt}`',
    )
    const result = await demo(system, gentle)
    expect(story(result)).toEqual(['nothing is lost, nobody is charged twice'])
    expect(result.steps.at(-1)?.observed).toMatch(/was placed with payment key .*, but charged under /)
  },
)

const demo = ({ root }: RenderedSystem, toPlay: DemoPlan = plan): Promise<DemoResult> =>
  runDemo({
    cliVersion: 'test',
    keep: false,
    systemFolder: root,
    signal: new AbortController().signal,
    plan: toPlay,
    watch: { ended: () => {}, interval: () => {}, note: () => {} },
  })

/** The steps that failed. */
const story = ({ steps }: DemoResult): string[] => steps.filter(({ ok }) => !ok).map(({ name }) => name)
