// `msvc breaker` as a user types it, beside services that publish a breaker and services that do not.

import { expect, test } from 'vitest'
import type { EdgeBreaker, FleetStatus } from '../../src/system/agent-api.ts'
import { eventOf, trialSystem } from '../fixtures/trial-system.ts'
import { msvc } from '../fixtures/typed-msvc.ts'

test('breaker shows, opens, disables and lets go', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({
    order: { runs: 'with-breaker', dependsOn: ['payment'] },
    payment: { runs: 'ok', dependsOn: ['stock'] },
    stock: { runs: 'ok' },
  })
  const fleet = await trial.up()

  const all = await msvc(trial.root, 'breaker')
  expect(all).toMatchObject({ code: 0, stderr: '' })
  expect(all.stdout).toMatch(/order → payment +closed +\ds +no calls/)
  expect(all.stdout).toMatch(/payment → stock +none/)

  const opened = await msvc(trial.root, 'breaker open order:payment --for 30s')
  expect(opened).toMatchObject({
    code: 0,
    stdout:
      'order → payment refuses every call for 30s; then it decides by itself again.\n' +
      'End it early with msvc breaker auto order:payment.\n',
  })
  await eventOf(fleet, ({ type, subject }) => type === 'breaker.transition' && subject === 'order:payment')
  const status = JSON.parse((await msvc(trial.root, 'status --json')).stdout) as FleetStatus
  expect(status.edges[0]).toMatchObject({ name: 'order:payment', breaker: { state: 'forced_open' } })

  const one = await msvc(trial.root, 'breaker order:payment')
  expect(one.stdout).toMatch(/^order → payment forced-open for \ds\n/)
  expect(one.stdout).toMatch(/\d\d:\d\d:\d\d\.\d{3} +closed → forced-open +by hand for 30000 ms/)

  const disabled = await msvc(trial.root, 'breaker disable order:payment --json')
  expect(JSON.parse(disabled.stdout)).toMatchObject({ edge: 'order:payment', breaker: { state: 'disabled' } })
  expect(await msvc(trial.root, 'breaker auto order:payment')).toMatchObject({
    code: 0,
    stdout: 'order → payment decides by itself; it is closed.\n',
  })
  const { breakers } = JSON.parse((await msvc(trial.root, 'breaker --json')).stdout) as {
    breakers: EdgeBreaker[]
  }
  expect(breakers.map(({ breaker }) => breaker?.transitions.map(({ to }) => to))).toEqual([
    ['forced_open', 'disabled', 'closed'],
    undefined,
  ])

  for (const [line, code, words] of [
    ['breaker order:paymnet', 2, 'Did you mean order:payment?'],
    ['breaker opne', 2, 'Did you mean open?'],
    ['breaker open order:paymnet', 2, 'Did you mean order:payment?'],
    ['breaker open order:payment --for 16m', 2, 'a time from 1ms to 15m'],
    ['breaker open order:payment --for 0s', 2, 'a time from 1ms to 15m'],
    ['breaker open order:payment --for soon', 2, '--for'],
    ['breaker open payment:stock', 1, 'publishes no breaker'],
  ] as const) {
    expect(await msvc(trial.root, line), line).toMatchObject({
      code,
      stderr: expect.stringContaining(words) as unknown,
    })
  }
})

test('without an agent every breaker command says how to start one', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  for (const line of ['breaker', 'breaker open a:b', 'breaker auto a:b']) {
    expect(await msvc(trial.root, line)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('msvc up -d') as unknown,
    })
  }
})
