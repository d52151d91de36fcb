// What a proxy without toxics costs, beside no proxy and beside a real Toxiproxy: rounds are interleaved, medians
// told. The servers run in a process of their own, so that a round trip crosses processes as in a fleet.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { tcpClient, type TestClient } from '../test/fixtures/proxied.ts'
import { median } from './median.ts'
import type { Contender } from './proxy-contenders.ts'

const pings = 1500
const pingBytes = 64
const connections = 64
const busyMs = 1500
const bulkBytes = 256 << 20

export interface Cost {
  name: string
  p50Ms: number
  ratePerSecond: number
  /** Of the proxy's process. */
  cpuUsPerRequest: number
  /** 10^6 bytes a second. */
  bulkRate: number
}

export async function cost(contenders: Contender[], rounds: number): Promise<Cost[]> {
  const upstream = fork(fileURLToPath(new URL('./proxy-upstream.ts', import.meta.url)), [`${bulkBytes}`])
  process.once('exit', () => upstream.kill('SIGKILL'))
  const [ports] = (await once(upstream, 'message')) as [{ echo: number; sink: number }]
  const seats = []
  for (const contender of contenders) {
    const echo = await contender.inFrontOf(ports.echo)
    const sink = await contender.inFrontOf(ports.sink)
    seats.push({ contender, echo: echo.listen, sink: sink.listen, measured: [] as Omit<Cost, 'name'>[] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const { contender, echo, sink, measured } of seats) {
      const p50Ms = median(await pingTimes(echo))
      const cpuBefore = contender.cpuMs()
      const requests = await busy(echo)
      const cpuUsPerRequest = ((contender.cpuMs() - cpuBefore) * 1000) / requests
      const ratePerSecond = (requests * 1000) / busyMs
      measured.push({ p50Ms, ratePerSecond, cpuUsPerRequest, bulkRate: await bulkRate(sink) })
    }
  }
  upstream.disconnect()
  return seats.map(({ contender: { name }, measured }) => ({
    name,
    p50Ms: median(measured.map(({ p50Ms }) => p50Ms)),
    ratePerSecond: median(measured.map(({ ratePerSecond }) => ratePerSecond)),
    cpuUsPerRequest: median(measured.map(({ cpuUsPerRequest }) => cpuUsPerRequest)),
    bulkRate: median(measured.map(({ bulkRate }) => bulkRate)),
  }))
}

export const costConditions = (rounds: number): string =>
  `One connection, ${pings} round trips of ${pingBytes} bytes; then ${connections} connections that send the next ` +
  `one when they have the answer; then ${bulkBytes >> 20} MB one way. Client and server are Node processes. ` +
  `Medians of ${rounds} interleaved rounds.`

async function pingTimes(listen: string): Promise<number[]> {
  const client = await tcpClient(listen)
  const times: number[] = []
  const ping = Buffer.alloc(pingBytes)
  for (let i = 0; i < pings; i++) {
    const sent = performance.now()
    client.socket.write(ping)
    await client.has((i + 1) * pingBytes)
    times.push(performance.now() - sent)
  }
  client.socket.destroy()
  return times
}

/** Requests answered in the time. */
async function busy(listen: string): Promise<number> {
  const clients = await Promise.all(Array.from({ length: connections }, () => tcpClient(listen)))
  const until = performance.now() + busyMs
  const counts = await Promise.all(clients.map((client) => askUntil(until, client)))
  return counts.reduce((sum, count) => sum + count, 0)
}

function askUntil(untilMs: number, { socket }: TestClient): Promise<number> {
  const ping = Buffer.alloc(pingBytes)
  socket.removeAllListeners('data')
  return new Promise((resolve, reject) => {
    let count = 0
    let missing = pingBytes
    socket.on('data', (chunk: Buffer) => {
      missing -= chunk.length
      if (missing > 0) return
      count += 1
      missing = pingBytes
      if (performance.now() < untilMs) socket.write(ping)
      else {
        socket.destroy()
        resolve(count)
      }
    })
    socket.once('error', reject)
    socket.write(ping)
  })
}

async function bulkRate(listen: string): Promise<number> {
  const client = await tcpClient(listen)
  const chunk = Buffer.alloc(1 << 20)
  const started = performance.now()
  for (let left = bulkBytes; left > 0; left -= chunk.length) {
    if (!client.socket.write(chunk)) await once(client.socket, 'drain')
  }
  await client.has(4)
  const seconds = (performance.now() - started) / 1000
  client.socket.destroy()
  return bulkBytes / seconds / 1e6
}
