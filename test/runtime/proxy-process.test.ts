// The process with the proxies of a fleet, killed: what comes back, what has failed, what is gone.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isAlive } from '../../src/adapters/process-identity.ts'
import { isOf } from '../../src/events.ts'
import { edge, faultOf, pair, timed, urlOf } from '../fixtures/edge-trial.ts'
import { eventually } from '../fixtures/trial-system.ts'

test('a proxy process that is killed comes back on the same ports; its faults have failed', async () => {
  await using trial = pair()
  const { agent } = await trial.up()
  const url = await urlOf(agent)
  const { id } = await agent.fault({ kind: 'http', target: edge, params: { status: 503 } })
  const { pid } = (await agent.status()).proxy!
  process.kill(pid!, 'SIGKILL')
  await eventually('lost', async () => (await faultOf(agent, id)).state === 'failed')
  expect(await faultOf(agent, id)).toMatchObject({
    detail: expect.stringContaining('SIGKILL'),
    healedAt: expect.any(Number),
  })
  await eventually(
    'back',
    () =>
      timed(url).then(
        ({ status }) => status === 200,
        () => false,
      ),
    10_000,
  )
  expect((await agent.status()).proxy).toMatchObject({ restarts: 1 })
  expect((await agent.eventsSoFar()).filter(isOf('proxy.lost'))).toHaveLength(1)
  await expect(agent.fault({ kind: 'reset', target: edge })).resolves.toMatchObject({ state: 'active' })
})

const recordOf = (root: string) =>
  JSON.parse(readFileSync(join(root, '.msvc', 'agent.json'), 'utf8')) as {
    pid: number
    processes: { service: string; pid: number; startTime: string }[]
  }

const proxiesOf = (root: string): number[] =>
  recordOf(root).processes.flatMap(({ service, pid }) => (service === 'proxy' ? [pid] : []))

test('the spare proxy process takes over from one that is killed, and has a spare again', async () => {
  await using trial = pair()
  const { agent } = await trial.up()
  const before = await eventually('a spare', () => {
    const pids = proxiesOf(trial.root)
    return pids.length === 2 && pids
  })
  const { pid } = (await agent.status()).proxy!
  expect(before).toContain(pid)
  process.kill(pid!, 'SIGKILL')
  const next = await eventually('taken over', async () => {
    const now = (await agent.status()).proxy?.pid
    return now !== pid && (now ?? undefined)
  })
  expect(before).toContain(next)
  await eventually('a new spare', () => {
    const pids = proxiesOf(trial.root)
    return pids.length === 2 && pids.includes(next) && !pids.includes(pid!)
  })
  expect((await timed(await urlOf(agent))).status).toBe(200)
})

test('a fault that is asked for while no proxy stands is refused, and is no fault without an end', async () => {
  await using trial = pair()
  const { agent } = await trial.up()
  await eventually('a spare', () => proxiesOf(trial.root).length === 2)
  const { pid } = (await agent.status()).proxy!
  const spare = proxiesOf(trial.root).find((one) => one !== pid)!
  process.kill(spare, 'SIGSTOP')
  process.kill(pid!, 'SIGKILL')
  await eventually('the spare has the job', async () => (await agent.status()).proxy?.pid === spare)
  const asked = agent.fault({ kind: 'partition', target: edge, params: { how: 'refuse' } })
  const refused = expect(asked).rejects.toThrow('The process with the proxies of the edges ended just then')
  await eventually('it did not bite', async () => (await agent.faults())[0]?.state === 'failed')
  expect((await agent.faults())[0]).toMatchObject({ healedAt: null })
  process.kill(spare, 'SIGCONT')
  await refused
  expect((await agent.faults())[0]).toMatchObject({
    detail: expect.stringContaining('it did not bite') as string,
    healedAt: expect.any(Number) as number,
  })
  expect((await timed(await urlOf(agent))).status).toBe(200)
  await expect(agent.fault({ kind: 'reset', target: edge })).resolves.toMatchObject({ state: 'active' })
})

test('an agent that is killed takes the proxies with it, the spare one too', async () => {
  await using trial = pair()
  const { agent } = await trial.up()
  await agent.fault({ kind: 'reset', target: edge })
  await eventually('a spare', () => proxiesOf(trial.root).length === 2)
  const record = recordOf(trial.root)
  process.kill(record.pid, 'SIGKILL')
  await eventually('gone', () => record.processes.every((one) => !isAlive(one)), 10_000)
})
