// The closed model on real sockets: each connection asks again when its answer is there.

import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { runSaturation } from '../../src/runtime/saturation.ts'
import type { SaturationProgress } from '../../src/system/load-report.ts'
import { startRawServer } from '../fixtures/targets/raw-server.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const plan = { connections: 3, durationMs: 500, timeoutMs: 5000, method: 'GET', headers: {} }
const sum = (counts: object): number =>
  Object.values(counts).reduce((total: number, count: number) => total + count, 0)

test('as many connections as asked for, each used again, every request in one outcome', async () => {
  let asked = 0
  await using target = await startRawServer((socket) => {
    asked += 1
    socket.write(ok)
  })
  const report = await runSaturation({ ...plan, url: target.url }, { engine: 'msvc' })
  expect(report).toMatchObject({ engine: 'msvc', model: 'closed', errors: 0, isInterrupted: false })
  expect(target.connections()).toBe(3 + 1) // and the one that looked whether there is a target
  expect(report.answers).toBeGreaterThan(3)
  expect(report.statuses).toEqual({ 200: report.answers })
  expect(report.outcomes!.ok).toBe(report.answers)
  // Each connection may have had one under way that never arrived.
  expect(Math.abs(sum(report.outcomes!) - asked)).toBeLessThanOrEqual(3)
})

test.each(['msvc', 'autocannon'] as const)('what %s has done is told while it goes on', async (engine) => {
  await using target = await startRawServer((socket) => socket.write(ok))
  const told: SaturationProgress[] = []
  const long = { ...plan, url: target.url, durationMs: 2500 }
  const report = await runSaturation(long, { engine, onProgress: (progress) => told.push(progress) })
  expect(told.length).toBeGreaterThan(4)
  const last = told.at(-1)!
  expect(last.perSecond.length).toBeGreaterThanOrEqual(2)
  expect(last.answers).toBeGreaterThanOrEqual(sum(last.perSecond))
  expect(last.answers).toBeLessThanOrEqual(report.answers)
  expect(told[0]!.answers).toBeLessThan(last.answers)
  expect(last.failures).toBe(0)
})

test('what fails is counted by its outcome, and the connection comes back', async () => {
  await using target = await startRawServer((socket, request) => {
    if (request % 3 === 2) socket.resetAndDestroy()
    else
      socket.write(
        request % 3 === 1 ? 'HTTP/1.1 503 x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n' : ok,
      )
  })
  const report = await runSaturation({ ...plan, url: target.url }, { engine: 'msvc' })
  const { ok: fine = 0, 'http-error': refused = 0, reset = 0 } = report.outcomes!
  expect(fine).toBeGreaterThan(0)
  expect(refused).toBeGreaterThan(0)
  expect(reset).toBeGreaterThan(0)
  expect(report.answers).toBe(fine + refused)
  expect(report.errors).toBe(reset)
  expect(report.limit).toBeNull()
})

test.each([
  ['msvc', 'HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n', 'no answer had a status below 400'],
  ['autocannon', 'HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n', 'no answer had a status below 400'],
  ['msvc', 'this is no HTTP\r\n\r\n', 'no request was answered'],
  ['autocannon', 'this is no HTTP\r\n\r\n', 'no request was answered'],
] as const)('%s says so when nothing succeeded: %j', async (engine, answer, limit) => {
  await using target = await startRawServer((socket) => socket.write(answer))
  const report = await runSaturation({ ...plan, url: target.url }, { engine })
  expect(report.limit).toContain(limit)
  const why = { outcome: 'protocol-error', reason: 'the answer does not begin with HTTP/1.x' }
  if (engine === 'msvc') expect(report.failures).toMatchObject(report.answers === 0 ? [why] : [])
})

test('a target that hangs costs a timeout per connection and no loop', async () => {
  let asked = 0
  await using target = await startRawServer(() => void (asked += 1))
  const hanging = { ...plan, url: target.url, timeoutMs: 100 }
  const report = await runSaturation(hanging, { engine: 'msvc' })
  const { timeout = 0, unfinished = 0 } = report.outcomes!
  expect(timeout).toBeGreaterThan(0)
  expect(Math.abs(timeout + unfinished - asked)).toBeLessThanOrEqual(3)
  // A timeout and a pause of 100 ms each: at most three a connection in half a second.
  expect(timeout).toBeLessThanOrEqual(9)
  expect(report).toMatchObject({ answers: 0, timeouts: timeout, serviceMs: { p50: null } })
})

test('a target that stops listening is not asked as fast as it can refuse', async () => {
  const listening = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as { port: number }
  const running = runSaturation({ ...plan, url: `http://127.0.0.1:${port}/` }, { engine: 'msvc' })
  await new Promise((resolve) => listening.once('connection', resolve))
  listening.close()
  const report = await running
  expect(report.answers).toBe(0)
  // A tenth of a second between two attempts of each of the three.
  expect(sum(report.outcomes!)).toBeLessThanOrEqual(3 * 6)
})

test('Ctrl-C keeps what was measured', async () => {
  const abort = new AbortController()
  await using target = await startRawServer((socket, request) => {
    if (request === 20) abort.abort()
    socket.write(ok)
  })
  const long = { ...plan, url: target.url, durationMs: 60_000 }
  const report = await runSaturation(long, { engine: 'msvc', signal: abort.signal })
  expect(report.isInterrupted).toBe(true)
  expect(report.answers).toBeGreaterThan(10)
  expect(report.elapsedMs).toBeLessThan(60_000)
})

test.each([
  ['a method of two words', { method: 'FOO BAR' }, 'the method FOO BAR cannot be sent'],
  ['a header name with a blank', { headers: { 'a b': 'c' } }, '"a…" is no header name'],
  ['a header that is no text of ASCII', { headers: { a: 'é' } }, 'the header a has a value with'],
] as const)('%s is refused before the load, whichever engine', async (_, part, reason) => {
  await using target = await startRawServer((socket) => socket.write(ok))
  for (const engine of ['msvc', 'autocannon'] as const)
    await expect(runSaturation({ ...plan, ...part, url: target.url }, { engine })).rejects.toThrow(reason)
  expect(target.connections()).toBe(0)
})

test('autocannon is not given a request that is to be new each time', async () => {
  await using target = await startRawServer((socket) => socket.write(ok))
  const asked = { ...plan, url: target.url, headers: { 'idempotency-key': '{{uuid}}' } }
  await expect(runSaturation(asked, { engine: 'autocannon' })).rejects.toMatchObject({
    code: 'bad-value',
    next: expect.stringContaining('msvc, for a request') as string,
  })
})
