// The proxy process of a fleet, as the agent will run it.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProxyJob } from '../../src/runtime/proxy-process.ts'
import type { ProxyMessage } from '../../src/system/proxy-api.ts'
import {
  echoServer,
  proxyAt,
  proxyUnderTest,
  tcpClient,
  tcpServer,
  type ProxyApi,
  type TestServer,
} from '../fixtures/proxied.ts'

const program = join(import.meta.dirname, '../../src/runtime/proxy-process.ts')

let folder: string
let child: ChildProcess
let echo: TestServer
let listen: string
let guest: ProxyApi
let messages: ProxyMessage[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'msvc-proxy-'))
  echo = await echoServer()
  const job: ProxyJob = {
    ownerSocket: join(folder, 's'),
    api: { host: '127.0.0.1', port: 0 },
    seed: 7,
    edges: [{ name: 'order:payment', upstream: `127.0.0.1:${echo.port}` }],
  }
  child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin!.write(`${JSON.stringify(job)}\n`)
  messages = []
  const lines = createInterface({ input: child.stdout! })
  lines.on('line', (line) => messages.push(JSON.parse(line) as ProxyMessage))
  await once(lines, 'line')
  const [ready] = messages
  if (ready?.type !== 'ready') throw new Error('not ready')
  listen = ready.proxies[0]!.listen
  guest = proxyAt(`http://${ready.api}`)
})
afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await echo[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

function owner(method: string, path: string, body?: object, socket = 's'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: join(folder, socket), method, path }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject).end(body && JSON.stringify(body))
  })
}

test('an edge passes traffic; what the agent sets ends with its lease, and is told with what it touched', async () => {
  const client = await tcpClient(listen)
  const latency = {
    type: 'latency',
    name: 'f1',
    stream: 'upstream',
    attributes: { latency: 60_000 },
    ttlMs: 200,
  }
  expect(await owner('POST', '/proxies/order:payment/toxics', latency)).toBe(200)
  client.socket.write('hello')
  await expect.poll(() => messages.at(-1)).toMatchObject({ type: 'toxic.bit', toxic: 'f1' })
  await client.has(5)
  await expect
    .poll(() => messages.at(-1))
    .toMatchObject({
      type: 'toxic.removed',
      proxy: 'order:payment',
      toxic: 'f1',
      why: 'lease',
      touched: { bytes: 5, connections: 1 },
    })
  client.socket.destroy()
})

test('a guest may break an edge for 15 minutes, but not take it away or lead it elsewhere', async () => {
  const made = await guest.call('POST', '/proxies/order:payment/toxics', { type: 'noop' })
  expect(made.status).toBe(200)
  const { text } = await guest.call('GET', '/msvc/status')
  const { proxies } = JSON.parse(text) as { proxies: { toxics: { expiresAt: number }[] }[] }
  const leftMs = proxies[0]!.toxics[0]!.expiresAt - Date.now()
  expect(leftMs).toBeGreaterThan(14 * 60_000)
  expect(leftMs).toBeLessThan(15.1 * 60_000)
  const refused = [
    await guest.call('DELETE', '/proxies/order:payment'),
    await guest.call('PATCH', '/proxies/order:payment', { upstream: '127.0.0.1:1' }),
    await guest.call('POST', '/populate', [{ name: 'order:payment', upstream: '127.0.0.1:1' }]),
    await guest.call('POST', '/msvc/proxies/order:payment/upstream', { upstream: '127.0.0.1:1' }),
  ]
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403])
  expect(await owner('POST', '/msvc/proxies/order:payment/upstream', { upstream: '127.0.0.1:1' })).toBe(200)
})

test('a guest cannot end what the agent broke: its reset takes away what guests have set', async () => {
  const toxics = '/proxies/order:payment/toxics'
  expect(await owner('POST', toxics, { name: 'f1', type: 'noop', ttlMs: 60_000 })).toBe(200)
  expect((await guest.call('POST', toxics, { name: 'theirs', type: 'noop' })).status).toBe(200)
  expect((await guest.call('DELETE', `${toxics}/f1`)).status).toBe(403)
  expect((await guest.call('PATCH', `${toxics}/f1`, { toxicity: 0 })).status).toBe(403)
  expect((await guest.call('POST', '/reset')).status).toBe(204)
  const left = JSON.parse((await guest.call('GET', toxics)).text) as { name: string }[]
  expect(left.map(({ name }) => name)).toEqual(['f1'])

  expect(await owner('POST', '/msvc/proxies/order:payment/down', { ttlMs: 60_000 })).toBe(200)
  expect((await guest.call('POST', '/reset')).status).toBe(204)
  expect((await guest.call('PATCH', '/proxies/order:payment', { enabled: true })).status).toBe(403)
  await expect(tcpClient(listen)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(await owner('POST', '/reset')).toBe(204)
  expect((await guest.call('GET', toxics)).text).toBe('[]')
  const client = await tcpClient(listen)
  client.socket.destroy()
})

test.each(['end of its standard input', 'SIGTERM'])('ends at the %s, and its port is free', async (how) => {
  if (how === 'SIGTERM') child.kill('SIGTERM')
  else child.stdin!.end()
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)
  await expect(tcpClient(listen)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('one that never got a job ends with its standard input too', async () => {
  const spare = spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'inherit'] })
  spare.stdin.end()
  await once(spare, 'exit')
  expect(spare.exitCode).toBe(0)
})

test('an edge that a guest disabled comes back by itself', async () => {
  const upstream = `127.0.0.1:${echo.port}`
  await using proxy = await proxyUnderTest({
    proxies: [{ name: 'order:payment', listen: '', upstream, enabled: true }],
    ownerSocket: join(folder, 'other'),
    lease: { defaultMs: 150, longestMs: 1000 },
  })
  expect((await proxy.call('PATCH', '/proxies/order:payment', { enabled: false })).status).toBe(200)
  expect((await proxy.call('GET', '/proxies/order:payment')).text).toContain('"enabled":false')
  await expect
    .poll(async () => (await proxy.call('GET', '/proxies/order:payment')).text)
    .toContain('"enabled":true')
})

test('an edge that its owner takes down stays so, though a guest had disabled it before for less', async () => {
  const upstream = `127.0.0.1:${echo.port}`
  await using proxy = await proxyUnderTest({
    proxies: ['order:payment', 'client:order'].map((name) => ({ name, listen: '', upstream, enabled: true })),
    ownerSocket: join(folder, 'other'),
    lease: { defaultMs: 150, longestMs: 60_000 },
  })
  const disable = (name: string) => proxy.call('PATCH', `/proxies/${name}`, { enabled: false })
  const isEnabled = async (name: string): Promise<boolean> =>
    (JSON.parse((await proxy.call('GET', `/proxies/${name}`)).text) as { enabled: boolean }).enabled
  await disable('order:payment')
  expect(await owner('POST', '/msvc/proxies/order:payment/down', { ttlMs: 60_000 }, 'other')).toBe(200)
  await disable('client:order') // its time is over after that of the other
  await expect.poll(() => isEnabled('client:order')).toBe(true)
  expect(await isEnabled('order:payment')).toBe(false)
})

test('new connections wait while a server hands over, and go to the one that takes its place', async () => {
  await using next = await tcpServer((socket) => void socket.end('next'))
  const before = await tcpClient(listen)
  expect(await owner('POST', '/msvc/proxies/order:payment/wait', { ttlMs: 20_000 })).toBe(204)
  const waiting = await tcpClient(listen)
  before.socket.write('hello')
  await before.has(5) // those that are open go on
  expect(waiting.received()).toHaveLength(0)
  const upstream = `127.0.0.1:${next.port}`
  expect(await owner('POST', '/msvc/proxies/order:payment/upstream', { upstream })).toBe(200)
  await waiting.has(4)
  expect(waiting.received().toString()).toBe('next')
  before.socket.destroy()
  waiting.socket.destroy()
})

test('nobody waits for longer than was said', async () => {
  expect(await owner('POST', '/msvc/proxies/order:payment/wait', { ttlMs: 100 })).toBe(204)
  const waiting = await tcpClient(listen)
  waiting.socket.write('hello')
  await waiting.has(5)
  waiting.socket.destroy()
  expect((await guest.call('POST', '/msvc/proxies/order:payment/wait', { ttlMs: 100 })).status).toBe(403)
})
