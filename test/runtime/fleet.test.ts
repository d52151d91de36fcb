// A real agent, real services, real sockets.

import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { isAlive } from '../../src/adapters/process-identity.ts'
import { readAgentRecord } from '../../src/adapters/agent-record.ts'
import { isOf, type SystemEvent } from '../../src/events.ts'
import {
  connectAgent,
  findAgent,
  findAgentToEnd,
  haltFaults,
  liftHalt,
  type AgentClient,
} from '../../src/runtime/agent-client.ts'
import { logLines } from '../../src/runtime/logs.ts'
import { eventsSince } from '../../src/runtime/recorded-load.ts'
import { systemClock } from '../../src/adapters/clock.ts'
import { freePorts } from '../../src/adapters/ports-free.ts'
import { eventOf, eventually, trialSystem } from '../fixtures/trial-system.ts'

const serviceOf = async (agent: AgentClient, name: string) =>
  (await agent.status()).services.find((service) => service.name === name)!

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

describe('a fleet is found by its record', () => {
  test('from an environment with another XDG_RUNTIME_DIR', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    await trial.up()
    const before = process.env['XDG_RUNTIME_DIR']
    const other = mkdtempSync(join(tmpdir(), 'msvc-run-'))
    process.env['XDG_RUNTIME_DIR'] = other
    try {
      const agent = await connectAgent(trial.root)
      expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready' })
      await agent.stop()
    } finally {
      if (before === undefined) delete process.env['XDG_RUNTIME_DIR']
      else process.env['XDG_RUNTIME_DIR'] = before
      rmSync(other, { recursive: true })
    }
    expect(readAgentRecord(trial.root)).toBeUndefined()
  })

  test('after its folder was moved: every command says so, and it can be ended', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    await trial.up()
    const { pid, processes } = readAgentRecord(trial.root)!
    const moved = `${trial.root}-moved`
    renameSync(trial.root, moved)
    try {
      await expect(connectAgent(moved)).rejects.toMatchObject({
        code: 'fleet-astray',
        data: { pid, why: `it was started as ${trial.root}, and moved since` },
      })
      const agent = await findAgentToEnd(moved)
      await agent!.stop()
      expect(processes.filter(isAlive)).toEqual([])
      expect(readAgentRecord(moved)).toBeUndefined()
      expect(existsSync(trial.root)).toBe(false)
    } finally {
      renameSync(moved, trial.root)
    }
  })

  test('in the folder that it runs in, not in a copy of it', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const copy = `${trial.root}-copy`
    cpSync(trial.root, copy, { recursive: true })
    try {
      expect(await findAgentToEnd(copy)).toBeUndefined()
      expect(readAgentRecord(copy)).toBeUndefined()
      expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready' })
    } finally {
      rmSync(copy, { recursive: true })
    }
  })

  test('after its record was removed: every command says so, and it can be ended', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const { pid } = (await agent.status()).agent
    rmSync(join(trial.root, '.msvc', 'agent.json'))
    await expect(trial.up()).rejects.toMatchObject({ code: 'fleet-astray', data: { pid } })
    await (await findAgentToEnd(trial.root))!.stop()
    expect(await findAgent(trial.root)).toBeUndefined()
    expect((await trial.up()).kind).toBe('started')
  })
})

describe('what is wrong is said before anything is started', () => {
  test('a port that is taken', async () => {
    const [port] = await freePorts(1)
    await using server = createServer()
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    await using trial = trialSystem({ order: { runs: 'ok', port: port! } })
    await expect(trial.up()).rejects.toMatchObject({ code: 'port-taken', data: { service: 'order', port } })
    expect(existsSync(join(trial.root, '.msvc'))).toBe(false)
  })

  test('a folder that is missing', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    rmSync(join(trial.root, 'service'), { recursive: true })
    await expect(trial.up()).rejects.toMatchObject({ code: 'service-folder-missing' })
  })

  test('dependencies that are not installed', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const manifest = JSON.stringify({ dependencies: { 'left-pad-of-msvc': '1' } })
    writeFileSync(join(trial.root, 'service', 'package.json'), manifest)
    await expect(trial.up()).rejects.toMatchObject({
      code: 'dependencies-missing',
      next: expect.stringContaining('npm install'),
    })
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

describe('kill', () => {
  test('the service is down until the lease ends, then ready again', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const fleet = await trial.up()
    const { agent } = fleet
    const { pid } = await serviceOf(agent, 'order')
    const fault = await agent.fault({ kind: 'kill', target: 'order', forMs: 400 })
    expect(fault).toMatchObject({ state: 'active', detail: `pid ${pid} ended by SIGKILL` })
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'held', pid: null })
    await expect(agent.fault({ kind: 'kill', target: 'order' })).rejects.toMatchObject({
      code: 'faults-conflict',
    })
    await expect(agent.restart('order')).rejects.toMatchObject({ code: 'service-held' })
    const healed = await eventOf(fleet, isOf('fault.healed'))
    expect(healed.data).toMatchObject({ by: 'lease' })
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready' })
    const types = (await agent.eventsSoFar())
      .map(({ type }) => type)
      .filter((type) => type.startsWith('fault.'))
    expect(types).toEqual(['fault.requested', 'fault.applied', 'fault.bit', 'fault.healed'])
  })

  test('of two kills at once one is refused, and the other keeps its hold', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const kill = { kind: 'kill', target: 'order', forMs: 60_000 }
    const asked = await Promise.allSettled([agent.fault(kill), agent.fault(kill)])
    expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(asked.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'faults-conflict' },
    })
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'held', pid: null })
    expect((await agent.eventsSoFar()).filter(isOf('fault.requested'))).toHaveLength(1)
  })

  test('heal and halt end it early; a halt without an answer counts too', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' }, payment: { runs: 'ok' } })
    const fleet = await trial.up()
    const { agent } = fleet
    const { id } = await agent.fault({ kind: 'kill', target: 'order' })
    expect(await agent.heal(id)).toMatchObject([{ id, state: 'healed' }])
    expect(await agent.heal()).toEqual([])

    await agent.fault({ kind: 'kill', target: 'payment' })
    expect(await haltFaults(trial.root)).toMatchObject({ halted: true, healed: [{ state: 'healed' }] })
    await expect(agent.fault({ kind: 'kill', target: 'order' })).rejects.toMatchObject({
      code: 'faults-halted',
    })
    expect(await liftHalt(trial.root)).toMatchObject({ halted: false })

    await agent.fault({ kind: 'kill', target: 'order' })
    writeFileSync(join(trial.root, '.msvc', 'halted'), '') // as a halt does that finds nobody
    await eventually('healed by the file', async () => (await agent.faults())[0]!.state === 'healed')
    expect((await agent.eventsSoFar()).filter(isOf('fault.healed')).at(-1)!.data.by).toBe('halt')
  })

  test('belongs to the record of a run that begins while it lasts', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const { id } = await agent.fault({ kind: 'kill', target: 'order' })
    const start = systemClock.now()
    await agent.heal(id)
    const types = (await eventsSince(agent, start)).map(({ type }) => type)
    expect(types.filter((type) => type.startsWith('fault.'))).toEqual([
      'fault.requested',
      'fault.applied',
      'fault.bit',
      'fault.healed',
    ])
    expect((await eventsSince(agent, systemClock.now())).map(({ type }) => type)).toEqual([])
  })

  test('a fleet that goes down ends its faults', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    await agent.fault({ kind: 'kill', target: 'order' })
    const last: SystemEvent[] = []
    const follow = (async () => {
      for await (const event of agent.events(0)) last.push(event)
    })()
    await agent.stop()
    await follow
    expect(last.filter(isOf('fault.healed')).map(({ data }) => data.by)).toEqual(['stop'])
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

describe('logs', () => {
  test('are told by the agent while it runs and kept afterwards', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' }, payment: { runs: 'ok' } })
    const { agent } = await trial.up()
    const wish = { services: ['payment'], tail: 10, follow: false }
    const messages = async () => {
      const all: string[] = []
      for await (const { service, line } of await logLines(trial.root, wish)) {
        all.push(`${service} ${(JSON.parse(line) as { msg: string }).msg}`)
      }
      return all
    }
    expect(await messages()).toEqual(['payment listening'])
    await expect(
      logLines(trial.root, { ...wish, services: ['paymnet'] }).then((lines) =>
        lines[Symbol.asyncIterator]().next(),
      ),
    ).rejects.toMatchObject({
      code: 'unknown-service',
    })
    await agent.stop()
    expect(await messages()).toEqual(['payment listening', 'payment draining'])
    await expect(logLines(trial.root, { ...wish, follow: true })).rejects.toMatchObject({
      code: 'agent-not-running',
    })
  })

  test('can be followed', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const lines = agent.logs({ tail: 0, follow: true })
    const told: unknown[] = []
    const followed = (async () => {
      for await (const { line } of lines) {
        told.push((JSON.parse(line) as { msg: unknown }).msg)
        if (told.length === 2) break
      }
    })()
    await agent.restart('order')
    await followed
    expect(new Set(told)).toEqual(new Set(['draining', 'listening'])) // the old process and the new one
  })
})

test('without an agent every client says so', async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  await expect(connectAgent(trial.root)).rejects.toMatchObject({ code: 'agent-not-running', exitCode: 1 })
})
