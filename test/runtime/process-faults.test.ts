// Faults on processes, on a real fleet: each bites, is undone, and leaves nothing.

import { describe, expect, test } from 'vitest'
import { readAgentRecord } from '../../src/adapters/agent-record.ts'
import { isAlive } from '../../src/adapters/process-identity.ts'
import { lookAt } from '../../src/adapters/process-look.ts'
import { isOf } from '../../src/events.ts'
import type { AgentClient } from '../../src/runtime/agent-client.ts'
import { eventually, serviceOf, trialSystem } from '../fixtures/trial-system.ts'

const burnersOf = (root: string) =>
  readAgentRecord(root)!.processes.filter(({ service }) => service === '(burner)')

const processOf = (root: string, service: string) =>
  readAgentRecord(root)!.processes.find((process) => process.service === service)!

describe('pause', () => {
  test('the service is stopped and silent until it is healed; then the same process answers', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const { pid, url } = await serviceOf(agent, 'order')
    const fault = await agent.fault({ kind: 'pause', target: 'order', forMs: 60_000 })
    expect(fault).toMatchObject({
      state: 'active',
      detail: `pid ${pid} is stopped, and /readyz is silent for 300 ms`,
    })
    expect(lookAt(processOf(trial.root, 'order'))).toMatchObject({ isStopped: true })
    await expect(fetch(url, { signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout')
    await expect(agent.restart('order')).rejects.toMatchObject({ code: 'service-held' })

    expect(await agent.heal(fault.id)).toMatchObject([{ state: 'healed' }])
    expect(lookAt(processOf(trial.root, 'order'))).toMatchObject({ isStopped: false })
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready', pid, restarts: 0 })
    expect((await fetch(url)).status).toBe(200)
  })

  test('ends with its lease', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    await agent.fault({ kind: 'pause', target: 'order', forMs: 700 })
    await eventually('healed', async () => (await agent.faults())[0]!.state === 'healed')
    expect((await agent.eventsSoFar()).filter(isOf('fault.healed')).map(({ data }) => data.by)).toEqual([
      'lease',
    ])
  })

  test('a fleet that is stopped lets the service end as gracefully as the others, and at once', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    await agent.fault({ kind: 'pause', target: 'order' })
    const exits: unknown[] = []
    const follow = (async () => {
      for await (const event of agent.events(0)) if (event.type === 'service.exited') exits.push(event.data)
    })()
    await agent.stop()
    await follow
    expect(exits).toMatchObject([{ code: 0, signal: null }])
  })

  test('kill -9 of the agent: the service is stopped no more, and ends with the fleet', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    await agent.fault({ kind: 'pause', target: 'order' })
    const order = processOf(trial.root, 'order')
    process.kill(readAgentRecord(trial.root)!.pid, 'SIGKILL')
    await eventually('stopped no more', () => lookAt(order)?.isStopped !== true, 1000)
    await eventually('the end', () => !isAlive(order), 1000)
  })
})

describe('restart-loop', () => {
  test('kills again and again, which is no crash loop; then all is well', { tags: ['slow'] }, async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const request = { kind: 'restart-loop', target: 'order', params: { up: 50, down: '50ms' } }
    const fault = await agent.fault(request)
    expect(fault.detail).toMatch(/^pid \d+ ended by SIGKILL, the first time$/)
    const exits = async () => (await agent.eventsSoFar()).filter(isOf('service.exited'))
    await eventually('six kills', async () => (await exits()).length >= 6, 20_000)
    const [healed] = await agent.heal(fault.id)
    expect(healed).toMatchObject({ state: 'healed', detail: expect.stringMatching(/^killed \d+ times$/) })
    expect(Number(/\d+/.exec(healed!.detail!)![0])).toBe((await exits()).length)
    expect(new Set((await exits()).map(({ data }) => data.signal))).toEqual(new Set(['SIGKILL']))
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready' })
  })
})

describe('cpu', () => {
  test('a burner uses CPU time as the kernel counts it, and is gone afterwards', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const fault = await agent.fault({ kind: 'cpu', target: 'order', params: { percent: 60 } })
    const [burner] = burnersOf(trial.root)
    expect(fault.detail).toBe(
      `burner pid ${burner!.pid} used ${/(\d+) %/.exec(fault.detail!)![1]} % of one core over 500 ms`,
    )
    expect(lookAt(burner!)!.cpuMs).toBeGreaterThan(20)
    await expect(agent.fault({ kind: 'cpu', target: 'order' })).rejects.toMatchObject({
      code: 'faults-conflict',
    })
    expect(await agent.heal(fault.id)).toMatchObject([
      { state: 'healed', detail: expect.stringMatching(/^used \d+ % of one core in all$/) },
    ])
    expect(isAlive(burner!)).toBe(false)
    expect(burnersOf(trial.root)).toEqual([])
  })

  test('more cores than there are, or more than a core, is refused and nothing is set', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    for (const params of [{ cores: 256 }, { percent: 101 }, { percent: 0 }, { cores: 1.5 }]) {
      await expect(agent.fault({ kind: 'cpu', target: 'order', params })).rejects.toMatchObject({
        code: 'bad-value',
      })
    }
    expect(await agent.faults()).toEqual([])
    expect(burnersOf(trial.root)).toEqual([])
  })
})

describe('memory', () => {
  test('a burner holds what was asked for, as the kernel counts it, and is gone afterwards', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const fault = await agent.fault({ kind: 'memory', target: 'order', params: { mb: 64 } })
    const [burner] = burnersOf(trial.root)
    expect(fault.detail).toMatch(new RegExp(`^burner pid ${burner!.pid} has \\d+ MB in memory$`))
    expect(lookAt(burner!)!.memoryBytes).toBeGreaterThan(64_000_000)
    expect(await agent.heal(fault.id)).toMatchObject([{ state: 'healed' }])
    expect(isAlive(burner!)).toBe(false)
  })

  test('more than half of what the machine has left is refused', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const mb = Math.min(65_536, Math.ceil(process.availableMemory() / 1_000_000))
    await expect(agent.fault({ kind: 'memory', target: 'order', params: { mb } })).rejects.toMatchObject({
      code: 'bad-value',
    })
  })
})

test('burners end with the agent, whatever its end', async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  const { agent } = await trial.up()
  await agent.fault({ kind: 'memory', target: 'order', params: { mb: 16 } })
  await agent.fault({ kind: 'cpu', target: 'order', params: { percent: 20 } })
  const burners = burnersOf(trial.root)
  expect(burners).toHaveLength(2)
  process.kill(readAgentRecord(trial.root)!.pid, 'SIGKILL')
  await eventually('the end of the burners', () => !burners.some(isAlive), 1000)
})

describe.runIf(process.platform === 'linux')('block', () => {
  test('the event loop stands still now and then until it is healed; the inspector is closed', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const { pid } = await serviceOf(agent, 'order')
    const params = { stall: 400, every: 500 }
    const fault = await agent.fault({ kind: 'block', target: 'order', params })
    expect(
      Number(/stood still for (\d+) ms, by its own clock/.exec(fault.detail!)![1]),
    ).toBeGreaterThanOrEqual(400)
    const [healed] = await agent.heal(fault.id)
    expect(healed).toMatchObject({ state: 'healed' })
    const [, count, stalledMs] = /^stood still (\d+) times, (\d+) ms in all$/.exec(healed!.detail!)!
    expect(Number(count)).toBeGreaterThan(0)
    expect(Number(stalledMs)).toBeGreaterThan(200)
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready', pid, restarts: 0 })
    const [line] = await linesWith(agent, 'Debugger listening')
    const port = /127\.0\.0\.1:(\d+)/.exec(line!)![1]
    await eventually('a closed inspector', () =>
      fetch(`http://127.0.0.1:${port}/json`).then(
        () => false,
        () => true,
      ),
    )
  })

  test('ten times in a row leaves the same process, unharmed', { tags: ['slow'] }, async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const { pid } = await serviceOf(agent, 'order')
    for (let round = 0; round < 10; round += 1) {
      const { id } = await agent.fault({ kind: 'block', target: 'order', params: { stall: 50, every: 150 } })
      expect(await agent.heal(id)).toMatchObject([{ state: 'healed' }])
    }
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready', pid, restarts: 0 })
  })

  test('a service whose process is not Node is refused, and left alone', async () => {
    await using trial = trialSystem({ order: { runs: 'in-a-shell' } })
    const { agent } = await trial.up()
    const { pid } = await serviceOf(agent, 'order')
    await expect(agent.fault({ kind: 'block', target: 'order' })).rejects.toMatchObject({
      code: 'fault-impossible',
    })
    expect(await agent.faults()).toEqual([])
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready', pid })
  })

  test('stalls without a gap are refused', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const params = { stall: 500, every: 500 }
    await expect(agent.fault({ kind: 'block', target: 'order', params })).rejects.toMatchObject({
      code: 'bad-value',
    })
  })
})

async function linesWith(agent: AgentClient, text: string): Promise<string[]> {
  const found: string[] = []
  for await (const { line } of agent.logs({ tail: 1000 })) if (line.includes(text)) found.push(line)
  return found
}
