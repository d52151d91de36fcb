// Before the start, the engine sends to a server of this thread's own: so the first arrivals of the run do not
// wait until code is compiled. At 10,000 a second each such moment opens a new connection for every arrival
// that came meanwhile, and those take longer still.

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createConnector } from '../adapters/load-socket.ts'
import { booksBytes, openBooks } from '../load/books.ts'
import { startEngine } from '../load/engine.ts'
import { openWire } from '../load/http-wire.ts'
import { createIntervals } from '../load/intervals.ts'
import { compileRequest } from '../load/request.ts'
import { constantRate } from '../load/schedule.ts'
import { laterBy } from './load-timers.ts'

const arrivals = { ratePerSecond: 10_000, durationMs: 50 }
const limits = { timeoutMs: 1000, deadlineMs: 1000, maxInFlight: 50, maxConnections: 50 }
const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')

export async function rehearse(): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', () => socket.write(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await sendTo(port)
  server.close()
}

async function sendTo(port: number): Promise<void> {
  const connect = createConnector({ address: '127.0.0.1', port, secureName: null })
  const source = { name: 'rehearsal', method: 'GET', path: '/', headers: {}, body: null, expect: null }
  const request = compileRequest(source, { host: 'localhost', pathPrefix: '' }, {})
  const size = { requests: 1, phases: 0 }
  const ended = Promise.withResolvers<void>()
  let isOver = false
  const engine = startEngine(
    {
      schedule: constantRate(arrivals),
      share: { index: 0, of: 1 },
      flows: [{ name: request.name, steps: [request] }],
      flowOf: () => 0,
      limits,
      books: openBooks(new SharedArrayBuffer(booksBytes(size)), size),
      intervals: createIntervals(() => {}),
      nowMs: () => performance.now(),
      uuid: () => '',
      connect: (events) => openWire(connect, events, laterBy),
      onAcknowledged: () => {},
      onDue: () => {},
      onDone: () => ended.resolve(),
    },
    performance.now(),
  )
  const turn = (): void => {
    if (isOver) return
    engine.tick()
    setImmediate(turn)
  }
  turn()
  await ended.promise
  isOver = true
}
