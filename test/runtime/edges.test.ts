// Faults on the edges of a real fleet: each goes through its own proxy.

import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { isOf } from '../../src/events.ts'
import type { AgentClient } from '../../src/runtime/agent-client.ts'
import type { FaultStatus } from '../../src/system/agent-api.ts'
import { haltFaults, liftHalt } from '../../src/runtime/halt.ts'
import { edge, faultOf, pair, timed, untilBitten, untilHealed, urlOf } from '../fixtures/edge-trial.ts'
import { eventually } from '../fixtures/trial-system.ts'

describe('a fault on an edge', () => {
  test('bites what comes by, tells so, and is gone with its lease', async () => {
    await using trial = pair()
    const { agent } = await trial.up()
    const url = await urlOf(agent)
    const fault = await agent.fault({
      kind: 'latency',
      target: edge,
      forMs: 1500,
      params: { latency: '400ms' },
    })
    expect(fault).toMatchObject({ state: 'active', bitAt: null, direction: 'down', params: { latency: 400 } })
    expect((await timed(url)).ms).toBeGreaterThanOrEqual(399)
    expect((await untilBitten(agent, fault.id)).detail).toMatch(/^delayed .* on 1 connection$/)
    await untilHealed(agent, fault.id)
    expect((await timed(url)).status).toBe(200)
    const events = (await agent.eventsSoFar()).filter(({ subject }) => subject === `fault:${fault.id}`)
    expect(events.map(({ type }) => type)).toEqual([
      'fault.requested',
      'fault.applied',
      'fault.bit',
      'fault.healed',
    ])
  })

  test('that nothing came by has failed, and leaves the edge whole', async () => {
    await using trial = pair()
    const { agent } = await trial.up()
    const { id } = await agent.fault({ kind: 'reset', target: edge })
    expect(await agent.heal(id)).toMatchObject([
      { state: 'failed', detail: 'it touched nothing', bitAt: null },
    ])
    expect((await faultOf(agent, id)).healedAt).not.toBeNull()
    expect((await timed(await urlOf(agent))).status).toBe(200)
  })

  test('touches that edge and no other way to the same service', async () => {
    await using trial = pair()
    const { agent } = await trial.up()
    await agent.fault({ kind: 'http', target: edge, params: { status: 503, body: 'no' } })
    expect((await timed(await urlOf(agent))).status).toBe(503)
    expect((await timed(await urlOf(agent, 'client:order'))).status).toBe(200)
  })

  test.for([
    { kind: 'partition', params: { how: 'refuse' }, fails: /ECONNREFUSED/ },
    { kind: 'reset', params: {}, fails: /ECONNRESET|other side closed/ },
    { kind: 'http', params: { abort: true }, fails: /ECONNRESET|other side closed/ },
    { kind: 'timeout', params: { after: '50ms' }, fails: /other side closed|ECONNRESET/ },
    { kind: 'limit', params: { bytes: 10 }, fails: /other side closed|ECONNRESET|HPE/ },
  ])('$kind $params ends connections, until it is healed', async ({ kind, params, fails }) => {
    await using trial = pair()
    const { agent } = await trial.up()
    const url = await urlOf(agent)
    const { id } = await agent.fault({ kind, target: edge, params })
    const reason = await timed(url).then(
      ({ status }) => `answered ${status}`,
      (error: Error) =>
        `${error.message} ${String((error.cause as Error)?.message)} ${(error.cause as { code?: string })?.code}`,
    )
    expect(reason).toMatch(fails)
    expect(await agent.heal(id)).toMatchObject([{ state: 'healed' }])
    expect((await timed(url)).status).toBe(200)
  })

  test.for([
    { kind: 'bandwidth', params: { rate: '1KB/s' }, slowerThanMs: 100 },
    { kind: 'slice', params: { size: 64, delay: '100ms' }, slowerThanMs: 99 },
    { kind: 'loss', params: { rate: 100 }, slowerThanMs: 199 },
  ])('$kind slows down', async ({ kind, params, slowerThanMs }) => {
    await using trial = pair()
    const { agent } = await trial.up()
    const { id } = await agent.fault({ kind, target: edge, params })
    // What answers is the body: the environment of a test, some kilobytes. Its first bytes tell enough.
    const startedAt = performance.now()
    const answer = await fetch(await urlOf(agent), { signal: AbortSignal.timeout(10_000) }).catch(
      () => undefined,
    )
    await answer?.body?.getReader().read()
    expect(performance.now() - startedAt).toBeGreaterThan(slowerThanMs)
    expect(await agent.heal(id)).toMatchObject([{ state: 'healed', bitAt: expect.any(Number) }])
  })
})

describe('slow-close', () => {
  test('holds back the end of a connection, not its answer', async () => {
    await using trial = pair()
    const { agent } = await trial.up()
    const { hostname, port } = new URL(await urlOf(agent))
    const { id } = await agent.fault({ kind: 'slow-close', target: edge, params: { delay: '600ms' } })
    const client = connect({ host: hostname, port: Number(port) })
    client.write('GET / HTTP/1.1\r\nhost: order\r\nconnection: close\r\n\r\n')
    const ended = once(client, 'end')
    // The service closes after its answer, so the answer is the first and the end the last to come.
    await once(client, 'data')
    const answeredAt = performance.now()
    client.resume()
    await ended
    expect(performance.now() - answeredAt).toBeGreaterThan(400)
    client.destroy()
    expect(await agent.heal(id)).toMatchObject([
      { state: 'healed', bitAt: expect.any(Number), detail: expect.stringMatching(/1 end/) },
    ])
    expect((await timed(await urlOf(agent))).status).toBe(200)
  })
})

describe('a black hole', () => {
  test('hangs what is sent, and lets it go when it is healed', async () => {
    await using trial = pair()
    const { agent } = await trial.up()
    const url = await urlOf(agent)
    const { id } = await agent.fault({ kind: 'partition', target: edge })
    const hanging = fetch(url).then(
      () => 'answered',
      () => 'cut',
    )
    await untilBitten(agent, id)
    expect(await agent.heal(id)).toMatchObject([{ state: 'healed' }])
    expect(await hanging).toBe('cut') // what was swallowed is lost
    expect((await timed(url)).status).toBe(200)
  })
})

describe('refused, with nothing injected', () => {
  test('unknown faults, edges and parameters, and conflicts', async () => {
    await using trial = pair()
    const { agent } = await trial.up()
    const codeOf = (request: Parameters<AgentClient['fault']>[0]): Promise<string> =>
      agent.fault(request).then(
        () => 'no error',
        (error: { code: string }) => error.code,
      )
    expect(await codeOf({ kind: 'latancy', target: edge })).toBe('unknown-fault-kind')
    expect(await codeOf({ kind: 'reset', target: 'gateway:oder' })).toBe('unknown-edge')
    expect(await codeOf({ kind: 'reset', target: 'order' })).toBe('unknown-edge')
    expect(await codeOf({ kind: 'latency', target: edge })).toBe('needs-parameter')
    expect(await codeOf({ kind: 'http', target: edge })).toBe('needs-parameter')
    expect(await codeOf({ kind: 'reset', target: edge, direction: 'up' })).toBe('unknown-parameter')
    expect((await agent.eventsSoFar()).filter(isOf('fault.requested'))).toEqual([])

    await agent.fault({ kind: 'reset', target: edge, percent: 1 })
    expect(await codeOf({ kind: 'partition', target: edge })).toBe('faults-conflict')
    expect(await codeOf({ kind: 'reset', target: edge })).toBe('faults-conflict')
    expect(await agent.checkFault({ kind: 'limit', target: edge, params: { bytes: '1KB' } })).toMatchObject({
      params: { bytes: 1000 },
      forMs: 60_000,
    })
    expect((await agent.eventsSoFar()).filter(isOf('fault.requested'))).toHaveLength(1)
  })

  test('on a fleet without proxies', async () => {
    await using trial = pair()
    const { agent } = await trial.up({ isDirect: true })
    expect(await agent.status()).toMatchObject({ proxy: null, edges: [{ isProxied: false }, {}, {}] })
    await expect(agent.fault({ kind: 'reset', target: edge })).rejects.toMatchObject({
      code: 'edges-are-direct',
    })
    expect((await timed(await urlOf(agent))).status).toBe(200)
  })
})

describe('a guest', () => {
  test('breaks an edge through Toxiproxy’s API: it is listed, and ends with a halt', async () => {
    await using trial = pair()
    const { agent } = await trial.up({ toxiproxyApi: '127.0.0.1:0' })
    const api = (await agent.status()).proxy!.api!
    const set = (name: string): Promise<Response> =>
      fetch(`http://${api}/proxies/${edge}/toxics`, {
        method: 'POST',
        body: JSON.stringify({ name, type: 'latency', attributes: { latency: 300 } }),
      })
    expect((await set('slow')).status).toBe(200)
    const listed = await eventually('listed', async () =>
      (await agent.faults()).find(({ kind }) => kind === 'latency'),
    )
    expect(listed).toMatchObject({ id: `guest:${edge}/slow`, target: edge, state: 'active' })
    expect(listed.expiresAt - listed.requestedAt).toBeGreaterThan(14 * 60_000)
    expect((await timed(await urlOf(agent))).ms).toBeGreaterThan(299)

    await haltFaults(trial.root)
    expect(await agent.faults()).toEqual([])
    expect((await timed(await urlOf(agent))).ms).toBeLessThan(300)
    await set('again')
    await eventually('refused while halted', async () => (await agent.faults()).length === 0)
    await liftHalt(trial.root)
  })

  test('disables an edge: it is listed as that, with its end, until it is healed, halted or enabled again', async () => {
    await using trial = pair()
    const { agent } = await trial.up({ toxiproxyApi: '127.0.0.1:0' })
    const api = (await agent.status()).proxy!.api!
    const turn = (enabled: boolean): Promise<Response> =>
      fetch(`http://${api}/proxies/${edge}`, { method: 'POST', body: JSON.stringify({ enabled }) })
    const listed = (): Promise<FaultStatus> => eventually('listed', async () => (await agent.faults()).at(0))
    const noneLeft = (): Promise<true> =>
      eventually('none is left', async () => (await agent.faults()).length === 0)
    const id = `guest:${edge}`

    await turn(false)
    const fault = await listed()
    expect(fault).toMatchObject({ id, kind: 'disabled', target: edge, state: 'active' })
    expect(fault.detail).toContain('Toxiproxy')
    expect(fault.expiresAt - fault.requestedAt).toBeGreaterThan(14 * 60_000)
    expect(await agent.heal(id)).toMatchObject([{ id, state: 'healed' }])
    await noneLeft()
    expect((await timed(await urlOf(agent))).status).toBe(200)

    await turn(false)
    await listed()
    await turn(true)
    await noneLeft()

    await turn(false)
    await listed()
    await haltFaults(trial.root)
    await noneLeft()
    await turn(false)
    await eventually('enabled again, since all is halted', async () => {
      const { enabled } = (await (await fetch(`http://${api}/proxies/${edge}`)).json()) as {
        enabled: boolean
      }
      return enabled
    })
    await liftHalt(trial.root)
  })

  test('is healed as any other fault, by its id or with all of them, whatever it was called', async () => {
    await using trial = pair()
    const { agent } = await trial.up({ toxiproxyApi: '127.0.0.1:0' })
    const api = (await agent.status()).proxy!.api!
    for (const name of ['slow one?', '50%#']) {
      const body = JSON.stringify({ name, type: 'latency', attributes: { latency: 300 } })
      await fetch(`http://${api}/proxies/${edge}/toxics`, { method: 'POST', body })
    }
    await eventually('both are listed', async () => (await agent.faults()).length === 2)
    const id = `guest:${edge}/slow one?`
    expect(await agent.heal(id)).toMatchObject([{ id, state: 'healed' }])
    expect(await agent.faults()).toMatchObject([{ id: `guest:${edge}/50%#` }])
    expect(await agent.heal()).toMatchObject([{ id: `guest:${edge}/50%#`, state: 'healed' }])
    expect(await (await fetch(`http://${api}/proxies/${edge}/toxics`)).json()).toEqual([])
    await expect(agent.heal(id)).rejects.toMatchObject({ code: 'unknown-fault' })
  })
})

describe('restart', () => {
  test('puts another process in the place of the one that runs, at the same address, and no request fails', async () => {
    await using trial = pair()
    const { agent } = await trial.up()
    const url = await urlOf(agent)
    const before = (await agent.status()).services.find(({ name }) => name === 'order')!
    const answers: string[] = []
    const ending = new AbortController()
    const asking = (async () => {
      while (!ending.signal.aborted) {
        const told = await fetch(url, { headers: { connection: 'close' } }).then(
          async (answer) => `${((await answer.json()) as { pid: number }).pid}`,
          (error: Error) => error.message,
        )
        answers.push(told)
      }
    })()
    const after = await agent.restart('order')
    await eventually('the new one answers', () => answers.at(-1) === String(after.pid))
    ending.abort()
    await asking
    expect(after).toMatchObject({ state: 'ready', url: before.url, restarts: 1 })
    expect(after.pid).not.toBe(before.pid)
    expect(after.port).not.toBe(before.port)
    expect([...new Set(answers)]).toEqual([String(before.pid), String(after.pid)])
    await eventually('the old one is gone', async () =>
      (await agent.eventsSoFar()).some(
        (event) => event.type === 'service.exited' && event.data.pid === before.pid && event.data.expected,
      ),
    )
  })
})
