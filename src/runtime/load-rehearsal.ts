// Before the start, parts like the one to come are played to a server of this thread's own: so the first arrivals of
// the run do not wait until code is compiled. At 10,000 a second each such moment opens a new connection for every
// arrival that came meanwhile, and those take longer still.
//
// V8 compiles for what it saw. After a single rehearsal that is one engine, one request and no end of a second, and the
// run begins by throwing the code away. So a rehearsal has flows as the run gets them, by structured clone, each time
// of another name; and its clock runs faster, so that seconds come to their end in it.

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { createSpinner } from '../adapters/load-pacer.ts'
import { booksBytes, booksSizeOf } from '../load/books.ts'
import { compileRequest } from '../load/request.ts'
import type { Pacing } from '../ports.ts'
import type { LoadJob } from './load-job.ts'
import { playPart, wireOpener } from './load-part.ts'

/** How often, and how long each. Who asks for microseconds waits a second and a half for them. */
const effort: Record<Pacing, { times: number; ms: number }> = {
  metronome: { times: 1, ms: 50 },
  eco: { times: 1, ms: 50 },
  precise: { times: 5, ms: 300 },
}
const ratePerSecond = 10_000
const speed = 8
const limits = { timeoutMs: 10_000, deadlineMs: 10_000, maxInFlight: 50, maxConnections: 50 }
const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')

export async function rehearse(job: LoadJob): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', () => socket.write(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const place = { address: { address: '127.0.0.1', port, secureName: null }, isHttp2: false }
  const connect = await wireOpener(place)
  const { times, ms } = effort[job.pacing]
  for (let time = 0; time < times; time++) {
    const pacer = createSpinner()
    const own = rehearsalOf({ ...job, ...place }, { name: `rehearsal ${time}`, ms })
    await playPart(own, { connect, pacer, tell: () => {}, speed }, performance.now()).ended
    await pacer.stop()
  }
  server.close()
}

/** A job as this one, but for what is asked. */
function rehearsalOf(job: LoadJob, { name, ms }: { name: string; ms: number }): LoadJob {
  const source = { name, method: 'GET', path: '/', headers: {}, body: null, expect: null }
  const request = compileRequest(source, { host: 'localhost', pathPrefix: '' }, {})
  const asked = { flows: structuredClone([{ name, steps: [request] }]), phases: [] }
  return {
    ...job,
    ...asked,
    schedule: {
      kind: 'rate',
      rate: { kind: 'constant', ratePerSecond: ratePerSecond / speed, durationMs: ms * speed },
      arrivals: { kind: 'even' },
    },
    share: { index: 0, of: 1 },
    limits,
    feeds: [],
    weights: [1],
    tellsRequests: false,
    canaryEvery: null,
    booksMemory: new SharedArrayBuffer(booksBytes(booksSizeOf(asked))),
  }
}
