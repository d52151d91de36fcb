// A real agent, real services, real sockets.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAlive } from '../../src/adapters/process-identity.ts'
import { readAgentRecord } from '../../src/adapters/agent-record.ts'
import { isOf, type SystemEvent } from '../../src/events.ts'
import { connectAgent, findAgent } from '../../src/runtime/agent-client.ts'
import { logLines } from '../../src/runtime/logs.ts'
import { eventOf, eventually, serviceOf, trialSystem } from '../fixtures/trial-system.ts'

describe('up and down', () => {
  test('every service is ready when up returns, and gone when down does', async () => {
    await using trial = trialSystem({
      gateway: { runs: 'ok', dependsOn: ['order'] },
      order: { runs: 'slow-start' },
    })
    const events: SystemEvent[] = []
    const { kind, agent } = await trial.up({ onEvent: (event) => void events.push(event) })
    expect(kind).toBe('started')
    const status = await agent.status()
    expect(status.services.map(({ name, state, restarts }) => ({ name, state, restarts }))).toEqual([
      { name: 'gateway', state: 'ready', restarts: 0 },
      { name: 'order', state: 'ready', restarts: 0 },
    ])
    expect(status.edges.filter(({ kind }) => kind === 'call')).toMatchObject([
      { name: 'gateway:order', kind: 'call', isProxied: true, breaker: null },
    ])
    expect(events.filter(isOf('service.ready')).map(({ subject }) => subject)).toEqual(['gateway', 'order'])
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    const gateway = (await (await fetch(status.services[0]!.url)).json()) as { env: Record<string, string> }
    expect(gateway.env).toMatchObject({ ORDER_URL: status.edges[0]!.url, SERVICE_NAME: 'gateway' })

    const { processes } = readAgentRecord(trial.root)!
    await agent.stop()
    // The proxies have a spare process once all is ready.
    expect(new Set(processes.map(({ service }) => service))).toEqual(new Set(['gateway', 'order', 'proxy']))
    expect(processes.filter(isAlive)).toEqual([])
    // What Node compiles is kept in `cache`, unless the environment says where, as that of the tests does.
    const left = readdirSync(join(trial.root, '.msvc')).filter((name) => name !== 'cache')
    expect(left.toSorted()).toEqual(['data', 'journal', 'logs'])
    expect(await findAgent(trial.root)).toBeUndefined()
  })

  test('a second up finds the first', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const first = await trial.up()
    const second = await trial.up()
    expect(second.kind).toBe('was-running')
    expect(await second.agent.status()).toEqual(await first.agent.status())
  })

  test('a second up that asks for other proxies is refused, and leaves the fleet alone', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up({ toxiproxyApi: '127.0.0.1:0' })
    const before = await agent.status()
    const { api } = before.proxy!
    const how = `with proxies that can be broken at ${api}`
    const refused: [Parameters<typeof trial.up>[0], flag: string][] = [
      [{ isDirect: true }, '--direct'],
      [{ toxiproxyApi: '127.0.0.1:1' }, '--toxiproxy-api'],
      [{ toxiproxy: '127.0.0.1:1' }, '--toxiproxy'],
    ]
    for (const [asked, flag] of refused) {
      await expect(trial.up(asked)).rejects.toMatchObject({
        code: 'fleet-runs-otherwise',
        message: `trial runs already, ${how}: ${flag} cannot change that.`,
        next: expect.stringContaining('msvc down'),
      })
    }
    expect(await agent.status()).toEqual(before)
    for (const asked of [{}, { toxiproxyApi: api! }, { toxiproxyApi: '127.0.0.1:0' }])
      expect(await trial.up(asked)).toMatchObject({ kind: 'was-running' })
  })

  test('a second up while the first is at it returns when every service is ready, too', async () => {
    await using trial = trialSystem({ order: { runs: 'slow-start' }, payment: { runs: 'ok' } })
    const first = trial.up()
    await eventually('the first', () => (readAgentRecord(trial.root)?.processes.length ?? 0) >= 2)
    const second = await trial.up()
    expect(second.kind).toBe('was-running')
    expect((await second.agent.status()).services.map(({ state }) => state)).toEqual(['ready', 'ready'])
    await first
  })

  test('a second up says which service is not ready, and leaves the fleet alone', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' }, payment: { runs: 'ok' } })
    const { agent } = await trial.up()
    await agent.fault({ kind: 'kill', target: 'payment' })
    await expect(trial.up()).rejects.toMatchObject({
      code: 'service-not-ready',
      data: { service: 'payment', why: 'kept down by fault f1' },
    })
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready', restarts: 0 })
    await agent.heal()
    expect(await trial.up()).toMatchObject({ kind: 'was-running' })
  })

  test('a service that is deaf to TERM is killed, with its children', { tags: ['slow'] }, async () => {
    await using trial = trialSystem({ order: { runs: 'deaf' } })
    const { agent } = await trial.up()
    const { processes } = readAgentRecord(trial.root)!
    await agent.stop()
    expect(processes.filter(isAlive)).toEqual([])
  })

  test('a service that ends at its start fails the start, with what it said, and nothing is left', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' }, payment: { runs: 'crashing' } })
    await expect(trial.up()).rejects.toMatchObject({
      code: 'service-not-ready',
      exitCode: 1,
      message: expect.stringContaining('cannot read config: no such file'),
    })
    expect(readAgentRecord(trial.root)).toBeUndefined()
  })

  test('a service that is never ready fails the start in time', async () => {
    await using trial = trialSystem({ order: { runs: 'never-ready' } })
    await expect(trial.up({ readyWithinMs: 700 })).rejects.toMatchObject({
      code: 'service-not-ready',
      message: expect.stringContaining('waiting for a database'),
    })
    expect(readAgentRecord(trial.root)).toBeUndefined()
  })

  test('an attached fleet ends with the one who started it', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const stop = new AbortController()
    const starting = trial.up({ signal: stop.signal, onEvent: () => stop.abort(new Error('enough')) })
    await expect(starting).rejects.toThrow('enough')
    expect(readAgentRecord(trial.root)).toBeUndefined()
  })
})

describe('a service that ends by itself', () => {
  test('is seen at once and started again', async () => {
    await using trial = trialSystem({ order: { runs: 'crash-on-demand' } })
    const fleet = await trial.up()
    const before = await serviceOf(fleet.agent, 'order')
    const crash = fetch(`${before.url}/crash`).catch(() => performance.now())
    const exited = await eventOf(fleet, isOf('service.exited'))
    expect(performance.now() - ((await crash) as number)).toBeLessThan(200)
    expect(exited.data).toMatchObject({ code: 1, expected: false, restartInMs: 250 })
    expect((await eventOf(fleet, isOf('service.restarted'))).data).toEqual({
      attempt: 1,
      delayMs: 250,
      reason: 'exit code 1',
    })
    const after = await eventually('ready again', async () => {
      const now = await serviceOf(fleet.agent, 'order')
      return now.state === 'ready' && now.restarts === 1 && now
    })
    expect(after.pid).not.toBe(before.pid)
    expect(after.port).toBe(before.port)
  })

  test('while others still start is waited for once more', async () => {
    await using trial = trialSystem({ order: { runs: 'slow-start' }, payment: { runs: 'slower-start' } })
    let isKilled = false
    const { agent } = await trial.up({
      onEvent({ type, subject, data }) {
        if (type !== 'service.ready' || subject !== 'order' || isKilled) return
        isKilled = true
        process.kill(data.pid, 'SIGKILL')
      },
    })
    expect(isKilled).toBe(true)
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready', restarts: 1 })
  })

  test('again and again is left down, with its last words', { tags: ['slow'] }, async () => {
    await using trial = trialSystem({ order: { runs: 'crash-on-demand' } })
    const fleet = await trial.up()
    const broken = join(trial.root, '.msvc', 'data', 'order', 'broken')
    writeFileSync(broken, '')
    const { url } = await serviceOf(fleet.agent, 'order')
    await fetch(`${url}/crash`).catch(() => {})
    const { data } = await eventOf(fleet, isOf('service.crash-looped'), 30_000)
    expect(data).toMatchObject({ exits: 5, lastLines: expect.arrayContaining(['still broken']) })
    expect(await serviceOf(fleet.agent, 'order')).toMatchObject({
      state: 'crash-looped',
      pid: null,
      detail: 'exit code 1, not started again; its last line: still broken',
    })
    // Whoever mends it starts it with a clean record.
    rmSync(broken)
    expect(await fleet.agent.restart('order')).toMatchObject({ state: 'ready' })
  })

  test('restart starts it anew, with another process', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const before = await serviceOf(agent, 'order')
    const after = await agent.restart('order')
    expect(after).toMatchObject({ state: 'ready', restarts: 1 })
    expect(after.pid).not.toBe(before.pid)
    await expect(agent.restart('oder')).rejects.toMatchObject({
      message: expect.stringContaining('Did you mean order?'),
    })
  })
})

describe('breakers', () => {
  test('a transition is an event within 250 ms, with the time of the service, each once', async () => {
    await using trial = trialSystem({
      order: { runs: 'with-breaker', dependsOn: ['payment'] },
      payment: { runs: 'ok' },
    })
    const fleet = await trial.up()
    const { url } = await serviceOf(fleet.agent, 'order')
    const at = await Promise.all(
      ['trip', 'probe', 'close'].map(
        async (what) => ((await (await fetch(`${url}/${what}`)).json()) as { at: number }).at,
      ),
    )
    await eventOf(fleet, (event) => event.type === 'breaker.transition' && event.data.to === 'closed', 250)
    const transitions = (await fleet.agent.eventsSoFar()).filter(isOf('breaker.transition'))
    expect(new Set(transitions.map((event) => event.at))).toEqual(new Set(at))
    expect(transitions).toHaveLength(3)
    expect(transitions[0]).toMatchObject({ source: 'service:order', subject: 'order:payment' })
    const { edges } = await fleet.agent.status()
    expect(edges.filter(({ kind }) => kind === 'call')).toMatchObject([
      { name: 'order:payment', breaker: { state: 'closed' } },
    ])
  })
})

test('a service that was added since the start is told as that, with what to do', async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  const { agent } = await trial.up()
  const file = join(trial.root, 'msvc.yaml')
  const written = JSON.parse(readFileSync(file, 'utf8')) as { services: Record<string, unknown> }
  const services = { ...written.services, refunds: written.services['order'] }
  writeFileSync(file, JSON.stringify({ ...written, services }))
  const added = {
    code: 'service-added-since',
    message: expect.stringContaining('refunds stands in msvc.yaml'),
    next: expect.stringContaining('`msvc down` and `msvc up -d`'),
  }
  await expect(agent.fault({ kind: 'kill', target: 'refunds' })).rejects.toMatchObject(added)
  await expect(agent.restart('refunds')).rejects.toMatchObject(added)
  const wish = { services: ['refunds'], tail: 1, follow: false }
  const lines = (await logLines(trial.root, wish))[Symbol.asyncIterator]()
  await expect(lines.next()).rejects.toMatchObject(added)
  await expect(agent.restart('refund')).rejects.toMatchObject({ code: 'unknown-service' })
})

test('without an agent every client says so', async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  await expect(connectAgent(trial.root)).rejects.toMatchObject({ code: 'agent-not-running', exitCode: 1 })
})
