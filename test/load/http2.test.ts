import { readFileSync } from 'node:fs'
import { createSecureServer, createServer, type Http2Server } from 'node:http2'
import type { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { createHttp2Connector } from '../../src/adapters/load-http2.ts'
import type { OutcomeCounts } from '../../src/events.ts'
import { parseScenario } from '../../src/load/scenario.ts'
import { runLoad } from '../../src/runtime/load.ts'
import {
  beginAnswer,
  goAway,
  piece,
  resetStream,
  startRawHttp2Server,
  wholeAnswer,
} from '../fixtures/targets/raw-http2-server.ts'
import { startRawServer } from '../fixtures/targets/raw-server.ts'

const schedule = { ratePerSecond: 400, durationMs: 250, http2: true }
const arrivals = 100

describe('over HTTP/2 every arrival has the outcome that fits what the target does', () => {
  test.each<[string, (stream: ServerStream, number: number) => void, OutcomeCounts]>([
    ['answers', (stream) => answer(stream, 200), { ok: arrivals }],
    ['answers 503', (stream) => answer(stream, 503), { 'http-error': arrivals }],
    ['resets each stream', (stream) => stream.close(2), { reset: arrivals }],
    ['never answers', () => {}, { timeout: arrivals }],
    ['ends the session under each request', (stream) => stream.session?.destroy(), { eof: arrivals }],
  ])('a target that %s', async (_, behaviour, expected) => {
    let number = 0
    const server = createServer().on('stream', (stream) => {
      stream.on('error', () => {})
      behaviour(stream, number++)
    })
    await using target = await listening(server, 'http')
    const report = await runLoad({
      target: { url: target.url },
      ...schedule,
      // The machine may be busy: only who never answers must time out.
      timeoutMs: 'timeout' in expected ? 400 : 10_000,
    })
    const { eof = 0, reset = 0, ...rest } = report.outcomes
    const sum = Object.values(report.outcomes).reduce((total, count) => total + count, 0)
    expect(sum).toBe(arrivals)
    // A session that ends takes what shares it along: as the end of the stream, or as a reset.
    if ('eof' in expected) expect(eof + reset).toBe(arrivals)
    else expect({ ...rest, ...(eof && { eof }), ...(reset && { reset }) }).toEqual(expected)
  })

  test.each([
    ['is cancelled', (stream: number) => resetStream(stream, 8)],
    ['is reset', (stream: number) => resetStream(stream, 2)],
    ['loses its connection', () => null],
  ])('an answer that %s in the middle is no answer', async (_, end) => {
    await using target = await startRawHttp2Server((socket, stream) => {
      socket.write(Buffer.concat([beginAnswer(stream), piece(stream, 'ha'), end(stream) ?? Buffer.alloc(0)]))
      if (end(stream) === null) socket.end()
    })
    const { outcomes } = await runLoad({ target: { url: target.url }, ...schedule })
    const { eof = 0, reset = 0 } = outcomes
    expect(eof + reset).toBe(arrivals)
  })

  test('an answer that is shorter than it said is no answer', async () => {
    const server = createServer().on('stream', (stream) => {
      stream.on('error', () => {})
      stream.respond({ ':status': 200, 'content-length': 100 })
      stream.write('half')
      stream.close()
    })
    await using target = await listening(server, 'http')
    const { outcomes } = await runLoad({ target: { url: target.url }, ...schedule })
    expect(outcomes.ok).toBeUndefined()
  })

  test('a stream that the target resets is told with its code', async () => {
    await using target = await startRawHttp2Server((socket, stream, request) =>
      socket.write(request % 10 === 9 ? resetStream(stream, 7) : wholeAnswer(stream)),
    )
    const report = await runLoad({ target: { url: target.url }, ...schedule })
    expect(report.outcomes).toEqual({ ok: 90, reset: 10 })
    expect(report.failures).toEqual([{ outcome: 'reset', reason: 'NGHTTP2_REFUSED_STREAM', arrivals: 10 }])
  })

  test('a session that goes away finishes what is under way, and gets no other request', async () => {
    const asked: { socket: Socket; stream: number }[] = []
    await using target = await startRawHttp2Server((socket, stream) => void asked.push({ socket, stream }))
    const { port, hostname: address } = new URL(target.url)
    const connect = createHttp2Connector({ address, port: Number(port), secureName: null })
    const open = () => {
      const told: string[] = []
      const place = connect({
        opened: () => told.push('opened'),
        answered: ({ isReusable }) => told.push(`answered, ${isReusable ? 'rests' : 'leaves'}`),
        ended: ({ kind }) => told.push(kind),
      })
      const ask = () => {
        const headers = { ':method': 'GET', ':path': '/', ':scheme': 'http' }
        place.request({ headers, body: null, keepsBody: false })
      }
      return { told, ask, place }
    }
    const [busy, resting] = [open(), open()]
    await vi.waitFor(() => expect([busy.told, resting.told]).toEqual([['opened'], ['opened']]))
    busy.ask()
    resting.ask()
    await vi.waitFor(() => expect(asked).toHaveLength(2))
    const [first, second] = asked as [(typeof asked)[0], (typeof asked)[0]]
    second.socket.write(wholeAnswer(second.stream))
    await vi.waitFor(() => expect(resting.told.at(-1)).toBe('answered, rests'))
    first.socket.write(goAway(2 ** 31 - 1))
    await vi.waitFor(() => expect(resting.told.at(-1)).toBe('closed'))
    first.socket.write(wholeAnswer(first.stream))
    await vi.waitFor(() => expect(busy.told).toContain('answered, leaves'))
    const next = open()
    await vi.waitFor(() => expect(next.told).toEqual(['opened']))
    expect(target.connections()).toBe(2)
    for (const { place } of [busy, resting, next]) place.release()
  })

  test('a check sees as much of a body as over HTTP/1.1', async () => {
    const server = createServer().on('stream', (stream) => {
      stream.respond({ ':status': 200 })
      stream.end(`${'a'.repeat(900_000)}paid`)
    })
    await using target = await listening(server, 'http')
    const scenario = parseScenario(
      `{apiVersion: msvc/v1, kind: Scenario, name: a, requests: [{name: a, path: /, checks: {contains: paid}}]}`,
      'a.yaml',
    )
    const plan = { target: { baseUrl: target.url, scenario }, http2: true }
    const { outcomes } = await runLoad({ ...plan, ratePerSecond: 20, durationMs: 250 })
    expect(outcomes).toEqual({ ok: 5 })
  })

  test('a target that speaks HTTP/1.1', async () => {
    await using target = await startRawServer((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    const report = await runLoad({ target: { url: target.url }, ...schedule })
    expect(report.outcomes).toEqual({ 'protocol-error': arrivals })
  })

  test('a dead port', async () => {
    const target = await listening(createServer(), 'http')
    await target[Symbol.asyncDispose]()
    const report = await runLoad({ target: { url: target.url }, ...schedule })
    expect(report.outcomes).toEqual({ refused: arrivals })
  })

  test.each([
    [true, { ok: arrivals }],
    [false, { tls: arrivals }],
  ])('TLS, insecure: %s', async (insecure, expected) => {
    const [key, cert] = ['self-signed-key.pem', 'self-signed-cert.pem'].map((name) =>
      readFileSync(new URL(`../fixtures/targets/${name}`, import.meta.url)),
    )
    const server = createSecureServer({ key: key!, cert: cert! }).on('stream', (stream) =>
      answer(stream, 200),
    )
    await using target = await listening(server as unknown as Http2Server, 'https')
    const report = await runLoad({ target: { url: target.url }, ...schedule, insecure })
    expect(report.outcomes).toEqual(expected)
  })
})

type ServerStream = import('node:http2').ServerHttp2Stream

function answer(stream: ServerStream, status: number): void {
  stream.respond({ ':status': status })
  stream.end('ok')
}

async function listening(server: Http2Server, scheme: 'http' | 'https') {
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `${scheme}://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
