// A fleet whose faults a foreign Toxiproxy server makes. `msvc chaos proxy --compat` plays the server: it keeps
// the same contract (test/proxy/api.test.ts).

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findAgent, type AgentClient } from '../../src/runtime/agent-client.ts'
import { haltFaults, liftHalt } from '../../src/runtime/halt.ts'
import { edge, faultOf, pair, timed, untilBitten, untilHealed, urlOf } from '../fixtures/edge-trial.ts'
import { proxyUnderTest, type ProxyUnderTest } from '../fixtures/proxied.ts'
import { eventually, type TrialSystem } from '../fixtures/trial-system.ts'

let server: ProxyUnderTest
let trial: TrialSystem

beforeEach(async () => {
  server = await proxyUnderTest({ isCompat: true })
  trial = pair()
})
afterEach(async () => {
  await trial[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const up = async (): Promise<AgentClient> => (await trial.up({ toxiproxy: server.url })).agent

interface ForeignProxy {
  listen: string
  upstream: string
  toxics: { name: string; type: string; stream: string }[]
}

/** The server's proxies by edge, without the prefix of the system. */
async function onServer(): Promise<Record<string, ForeignProxy>> {
  const list = JSON.parse((await server.call('GET', '/proxies')).text) as Record<string, ForeignProxy>
  return Object.fromEntries(
    Object.entries(list).map(([name, proxy]) => [name.replace(/^msvc-[0-9a-f]{12}-/, ''), proxy]),
  )
}

const nameOnServer = async (): Promise<string> => {
  const list = JSON.parse((await server.call('GET', '/proxies')).text) as Record<string, ForeignProxy>
  return encodeURIComponent(Object.keys(list).find((name) => name.endsWith(edge))!)
}

describe('with --toxiproxy', () => {
  test('every edge has a proxy on the server while the fleet runs, and none after', async () => {
    await server.call('POST', '/proxies', { name: 'of-somebody-else', upstream: '127.0.0.1:1' })
    const agent = await up()
    expect(Object.keys(await onServer()).toSorted()).toEqual([
      'client:gateway',
      'client:order',
      'gateway:order',
      'of-somebody-else',
    ])
    const { proxy, services } = await agent.status()
    expect(proxy?.toxiproxy).toBe(server.proxy.api)
    const { upstream } = (await onServer())[edge]!
    expect(upstream).toBe(`127.0.0.1:${services.find(({ name }) => name === 'order')!.port}`)
    expect((await timed(await urlOf(agent))).status).toBe(200)
    await agent.stop()
    expect(Object.keys(await onServer())).toEqual(['of-somebody-else'])
  })

  test('a fault is a toxic of the server: it bites what passes, and ends with its lease', async () => {
    const agent = await up()
    const url = await urlOf(agent)
    const fault = await agent.fault({
      kind: 'latency',
      target: edge,
      forMs: 1500,
      params: { latency: '400ms' },
    })
    expect((await onServer())[edge]?.toxics).toMatchObject([{ type: 'latency', stream: 'downstream' }])
    expect(fault.bitAt).toBeNull()
    expect((await timed(url)).ms).toBeGreaterThanOrEqual(399)
    expect((await untilBitten(agent, fault.id)).detail).toMatch(/^delayed .* on 1 connection$/)
    await untilHealed(agent, fault.id)
    expect((await onServer())[edge]?.toxics).toEqual([])
  })

  test('a fault that nothing came by has failed', async () => {
    const agent = await up()
    const { id } = await agent.fault({ kind: 'reset', target: edge })
    expect(await agent.heal(id)).toMatchObject([{ state: 'failed', detail: 'it touched nothing' }])
  })

  test('what ends requests does so until it is healed', async () => {
    const agent = await up()
    const url = await urlOf(agent)
    for (const fault of [
      { kind: 'partition', params: { how: 'refuse' } },
      { kind: 'partition', params: {} },
      { kind: 'reset', params: {} },
      { kind: 'timeout', params: { after: '50ms' }, direction: 'both' as const },
    ]) {
      const { id } = await agent.fault({ ...fault, target: edge })
      await expect(
        fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(400) }),
        fault.kind,
      ).rejects.toThrow()
      expect(await agent.heal(id), fault.kind).toMatchObject([
        { state: 'healed', bitAt: expect.any(Number) as number },
      ])
      expect((await timed(url)).status, fault.kind).toBe(200)
    }
  })

  test('a fault of which nobody could say whether it bit is refused, and nothing is set', async () => {
    const agent = await up()
    const limit = { kind: 'limit', target: edge, params: { bytes: '2KB' } }
    await expect(agent.fault(limit)).rejects.toMatchObject({ code: 'fault-not-on-toxiproxy' })
    await expect(agent.checkFault(limit)).rejects.toMatchObject({ code: 'fault-not-on-toxiproxy' })
    expect((await onServer())[edge]?.toxics).toEqual([])
    expect(await agent.faults()).toEqual([])
  })

  test('halt also takes away what others have set on the edges', async () => {
    const agent = await up()
    const path = `/proxies/${await nameOnServer()}`
    await server.call('POST', `${path}/toxics`, { type: 'latency', attributes: { latency: 1 } })
    await server.call('POST', path, { enabled: false })
    await haltFaults(trial.root)
    expect((await onServer())[edge]).toMatchObject({ enabled: true, toxics: [] })
    await liftHalt(trial.root)
    expect((await timed(await urlOf(agent))).status).toBe(200)
  })

  test('a service is restarted on its port, since the server cannot lead connections elsewhere', async () => {
    const agent = await up()
    const before = (await agent.status()).services.find(({ name }) => name === 'order')!
    const after = await agent.restart('order')
    expect(after.port).toBe(before.port)
    expect(after.pid).not.toBe(before.pid)
    expect((await timed(await urlOf(agent))).status).toBe(200)
  })

  test('what a killed agent left on the server is removed by the next command', async () => {
    const agent = await up()
    await agent.fault({ kind: 'latency', target: edge, params: { latency: '1s' } })
    process.kill((await agent.status()).agent.pid, 'SIGKILL')
    await eventually('cleaned up', async () => (await findAgent(trial.root)) === undefined)
    expect(await onServer()).toEqual({})
  })

  test('a server that was started anew gets its proxies again, and the faults there were are over', async () => {
    const agent = await up()
    const url = await urlOf(agent)
    const fault = await agent.fault({ kind: 'latency', target: edge, params: { latency: '1ms' } })
    const [host = '', port = ''] = server.proxy.api!.split(':')
    await server[Symbol.asyncDispose]()
    await eventually('told', async () => (await faultOf(agent, fault.id)).state === 'failed')
    server = await proxyUnderTest({ isCompat: true, api: { host, port: Number(port) } })
    await eventually('whole', async () => {
      const answer = await timed(url).catch(() => undefined)
      return answer?.status === 200
    })
    expect(Object.keys(await onServer())).toContain(edge)
  })
})

test('a server that is not there, or not on this machine, is told before anything starts', async () => {
  await expect(trial.up({ toxiproxy: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'toxiproxy-absent',
  })
  await expect(trial.up({ toxiproxy: '192.0.2.1:8474' })).rejects.toMatchObject({
    code: 'toxiproxy-not-here',
  })
  expect(await findAgent(trial.root)).toBeUndefined()
})
