import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { LoadInterval, OutcomeCounts } from '../../src/events.ts'
import { parseScenario } from '../../src/load/scenario.ts'
import { runLoad } from '../../src/runtime/load.ts'
import type { Acknowledged } from '../../src/system/load-report.ts'
import { startRawServer } from '../fixtures/targets/raw-server.ts'
import { startTarget } from '../fixtures/targets/start-target.ts'

const schedule = { ratePerSecond: 400, durationMs: 250 }
const arrivals = 100
const sum = (outcomes: OutcomeCounts): number =>
  Object.values(outcomes).reduce((total, count) => total + count, 0)
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

type Behaviour = (socket: Socket, request: number) => void

const behaviours: [string, Behaviour, OutcomeCounts][] = [
  ['answers', (socket) => socket.write(ok), { ok: arrivals }],
  [
    'answers in chunks, a piece at a time',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chun')
      setImmediate(() => socket.write('ked\r\n\r\n5\r\nhel'))
      setImmediate(() => setImmediate(() => socket.write('lo\r\n0\r\n\r\n')))
    },
    { ok: arrivals },
  ],
  [
    'answers and closes',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'),
    { ok: arrivals },
  ],
  [
    'ends its answer by closing',
    (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'),
    { ok: arrivals },
  ],
  [
    'answers 503',
    (socket) => socket.write('HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n'),
    { 'http-error': arrivals },
  ],
  ['closes without an answer', (socket) => socket.end(), { eof: arrivals }],
  ['closes within the head', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-'), { eof: arrivals }],
  [
    'closes within the body',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    { eof: arrivals },
  ],
  [
    'closes within a chunk',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf'),
    { eof: arrivals },
  ],
  ['resets', (socket) => socket.resetAndDestroy(), { reset: arrivals }],
  [
    'sends garbage',
    (socket) => socket.write('\x15\x03\x01\x00\x02 this is no HTTP\r\n\r\n'),
    { 'protocol-error': arrivals },
  ],
  ['never answers', () => {}, { timeout: arrivals }],
  [
    'stops in the middle of an answer',
    (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    { timeout: arrivals },
  ],
  [
    'closes every fifth connection under a request',
    (socket, request) => (request % 5 === 4 ? socket.end() : socket.write(ok)),
    { ok: 80, eof: 20 },
  ],
]

describe('every arrival has the outcome that fits what the target does', () => {
  test.concurrent.each(behaviours)('a target that %s', async (_, behaviour, expected) => {
    await using target = await startRawServer(behaviour)
    const intervals: LoadInterval[] = []
    // Short only where it is what ends them: a busy machine may need more than that for an answer.
    const timeoutMs = expected.timeout === undefined ? 10_000 : 500
    const plan = { target: { url: target.url }, ...schedule, timeoutMs }
    const report = await runLoad(plan, { onInterval: (interval) => intervals.push(interval) })
    expect(report.outcomes).toEqual(expected)
    expect(report.schedule.arrivals).toBe(arrivals)
    expect(intervals.map(({ outcomes }) => outcomes)).toEqual([expected])
  })

  test('a dead port: one attempt per arrival, none of them fast enough to become a loop', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const report = await runLoad({ target: { url: `http://127.0.0.1:${port}/` }, ...schedule })
    expect(report.outcomes).toEqual({ refused: arrivals })
    expect(report.achievedRate).toBeLessThan(405)
  })

  test.each([
    ['is refused', false, { tls: arrivals }],
    ['is taken when the user says so', true, { ok: arrivals }],
  ])('a certificate that nobody vouches for %s', async (_, insecure, expected) => {
    const files = ['self-signed-key.pem', 'self-signed-cert.pem'].map((name) =>
      readFileSync(new URL(`../fixtures/targets/${name}`, import.meta.url)),
    )
    const server = createTlsServer({ key: files[0]!, cert: files[1]! }, (socket) =>
      socket.on('error', () => {}).on('data', () => socket.write(ok)),
    )
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const report = await runLoad({ target: { url: `https://127.0.0.1:${port}/` }, insecure, ...schedule })
    await new Promise((resolve) => server.close(resolve))
    expect(report.outcomes).toEqual(expected)
    const refused = { outcome: 'tls', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', arrivals }
    expect(report.failures).toEqual(insecure ? [] : [refused])
  })

  test('plain HTTP where TLS is expected', async () => {
    await using target = await startPlainSocket('HTTP/1.1 400 Bad Request\r\n\r\n')
    const report = await runLoad({ target: { url: `https://127.0.0.1:${target.port}/` }, ...schedule })
    expect(report.outcomes).toEqual({ tls: arrivals })
    expect(report.failures).toMatchObject([{ reason: 'ERR_SSL_WRONG_VERSION_NUMBER' }])
  })

  test('what broke and which check failed is counted, over seconds and workers', async () => {
    const broken = 'HTTP/1.1 200 OK\r\ncontent-length: 2x\r\n\r\n'
    await using target = await startRawServer((socket, request) => socket.write(request === 0 ? broken : ok))
    const scenario = parseScenario(
      `{apiVersion: msvc/v1, kind: Scenario, name: a, requests: [{name: a, path: /, checks: {contains: paid}}]}`,
      'a.yaml',
    )
    const intervals: LoadInterval[] = []
    const report = await runLoad(
      {
        target: { baseUrl: target.url, scenario },
        ratePerSecond: 100,
        durationMs: 1200,
        connections: 2,
        workers: 2,
      },
      { onInterval: (interval) => intervals.push(interval) },
    )
    const unmet = { outcome: 'check-failed', reason: 'body lacks "paid"' }
    expect(report.failures).toEqual([
      { ...unmet, arrivals: 119 },
      { outcome: 'protocol-error', reason: 'Content-Length is "2x"', arrivals: 1 },
    ])
    expect(intervals.map(({ failures }) => failures?.[0])).toEqual([
      { ...unmet, arrivals: 99 },
      { ...unmet, arrivals: 20 },
    ])
  })
})

test(
  'a target that answers in 50 ms with two connections: the rest waits, and says so',
  { tags: ['slow'] },
  async () => {
    await using target = await startRawServer((socket) => setTimeout(() => socket.write(ok), 50))
    const report = await runLoad({
      target: { url: target.url },
      ...schedule,
      timeoutMs: 600,
      connections: 2,
      maxInFlight: 20,
    })
    expect(sum(report.outcomes)).toBe(arrivals)
    expect(report.outcomes.ok).toBeGreaterThanOrEqual(10)
    expect(report.outcomes.dropped).toBeGreaterThan(50)
    expect(target.connections()).toBe(2)
    expect(report.waitMs.max).toBeGreaterThan(100)
    expect(report.limit).toMatch(
      /^2 connections were too few .*: answered about \d+ rps; .*dropped at 20 in flight/,
    )
  },
)

test('arrivals that wait for a connection until their timeout are shed', { tags: ['slow'] }, async () => {
  await using target = await startRawServer(() => {})
  const report = await runLoad({ target: { url: target.url }, ...schedule, timeoutMs: 200, connections: 3 })
  expect(sum(report.outcomes)).toBe(arrivals)
  expect(report.outcomes.timeout).toBeGreaterThanOrEqual(3)
  expect(report.outcomes.shed).toBeGreaterThan(10)
  expect(report.limit).toMatch(/target does not answer/)
})

test('connections are reused: a fast target needs only a few', async () => {
  await using target = await startRawServer((socket) => socket.write(ok))
  await runLoad({ target: { url: target.url }, ...schedule })
  expect(target.connections()).toBeLessThan(50)
})

test(
  'a target killed in the middle of a run: every arrival is accounted for',
  { tags: ['slow'] },
  async () => {
    await using target = await startTarget('./plain-server.ts')
    let killed: Promise<void> | undefined
    const report = await runLoad(
      { target: { url: target.url }, ratePerSecond: 500, durationMs: 2000, timeoutMs: 1000 },
      { onInterval: () => void (killed ??= target.kill()) },
    )
    await killed
    expect(sum(report.outcomes)).toBe(1000)
    expect(report.outcomes.ok).toBeGreaterThanOrEqual(400)
    expect(report.outcomes.refused).toBeGreaterThan(100)
  },
)

test('an aborted run ends at once and accounts for the rest as unfinished', async () => {
  await using target = await startRawServer((socket, request) => {
    if (request < 50) socket.write(ok)
  })
  const abort = new AbortController()
  const report = await runLoad(
    { target: { url: target.url }, ratePerSecond: 200, durationMs: 60_000 },
    { signal: abort.signal, onProgress: ({ due }) => due > 60 && abort.abort() },
  )
  expect(report.isInterrupted).toBe(true)
  expect(sum(report.outcomes)).toBe(12_000)
  expect(report.outcomes.ok).toBe(50)
  expect(report.outcomes.unfinished).toBe(11_950)
})

test('answers to keyed requests are told with the id that the target gave', async () => {
  await using target = await startRawServer((socket, request) => {
    const body = JSON.stringify({ id: `order-${request}` })
    socket.write(`HTTP/1.1 202 Accepted\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  })
  const lines: Acknowledged[] = []
  const headers = { 'Idempotency-Key': 'k-{{uuid}}-{{arrival}}' }
  await runLoad(
    { target: { url: target.url }, ...schedule, headers },
    { onAcknowledged: (batch) => lines.push(...batch) },
  )
  expect(lines).toHaveLength(arrivals)
  expect(new Set(lines.map(({ key }) => key)).size).toBe(arrivals)
  expect(new Set(lines.map(({ id }) => id)).size).toBe(arrivals)
  expect(lines.every(({ arrival, key, status }) => key.endsWith(`-${arrival}`) && status === 202)).toBe(true)
})

test(
  'the same schedule on a target that stalls for a second has the percentiles of the stall',
  { tags: ['slow'] },
  async () => {
    let firstAt: number | undefined
    await using target = await startRawServer((socket) => {
      // From 1 s to 2 s after the first request nothing is answered; then everything at once.
      firstAt ??= performance.now()
      const elapsed = performance.now() - firstAt
      const delay = elapsed >= 1000 && elapsed < 2000 ? 2000 - elapsed : 0
      if (delay === 0) socket.write(ok)
      else setTimeout(() => socket.write(ok), delay)
    })
    const report = await runLoad({ target: { url: target.url }, ratePerSecond: 1000, durationMs: 4000 })
    expect(report.outcomes).toEqual({ ok: 4000 })
    // A quarter of the arrivals waits, evenly from 1000 ms down to 0: p99 is 960 ms, p90 600 ms, p50 none.
    // On a busy machine both ends are late: the generator by what it says itself, the target's timers by as much.
    const lateMs = 2 * (report.lagMs.p99 ?? 0)
    expect(report.responseMs.p50).toBeLessThan(30 + lateMs)
    expect(report.responseMs.p90).toBeGreaterThan(550)
    expect(report.responseMs.p90).toBeLessThan(650 + lateMs)
    expect(report.responseMs.p99).toBeGreaterThan(910)
    expect(report.responseMs.p99).toBeLessThan(1010 + lateMs)
  },
)

/** Answers the first bytes of every connection with the same text. */
async function startPlainSocket(text: string): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => socket.write(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
