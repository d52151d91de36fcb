// How exact 100 ms of latency are at 1,000 requests a second: an open schedule over 200 connections, each used
// again long after its answer. What is told is the time beyond 100 ms, the way there and back included.

import { setTimeout as sleep } from 'node:timers/promises'
import { tcpClient, tcpServer } from '../test/fixtures/proxied.ts'
import { quantile } from './proxy-quantile.ts'
import type { ProxyContender } from './proxy-contenders.ts'

const latencyMs = 100
const ratePerSecond = 1000
const connections = 200
const seconds = 5

export interface Accuracy {
  name: string
  p50Ms: number
  p99Ms: number
  maxMs: number
  requests: number
}

export async function accuracy(contender: ProxyContender): Promise<Accuracy> {
  await using echo = await tcpServer((socket) => void socket.pipe(socket))
  const { listen, url } = await contender.inFrontOf(echo.port)
  const toxic = { type: 'latency', attributes: { latency: latencyMs } }
  await fetch(`${url}/toxics`, { method: 'POST', body: JSON.stringify(toxic) })
  const clients = await Promise.all(Array.from({ length: connections }, () => tcpClient(listen)))
  const asked = clients.map(() => 0)
  const errors: number[] = []
  const answers: Promise<void>[] = []
  const total = ratePerSecond * seconds
  const startedAt = performance.now()
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * ratePerSecond) / 1000) + 1)
    for (; sent < due; sent++) answers.push(ask(sent % connections))
    await sleep(1)
  }
  await Promise.all(answers)
  for (const { socket } of clients) socket.destroy()
  const { name } = contender
  const at = (share: number): number => quantile(errors, share)
  return { name, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), requests: errors.length }

  async function ask(index: number): Promise<void> {
    const client = clients[index]!
    const sentAt = performance.now()
    client.socket.write('x')
    await client.has((asked[index]! += 1))
    errors.push(performance.now() - sentAt - latencyMs)
  }
}

export const accuracyConditions = `${ratePerSecond} requests a second over ${connections} connections for ${seconds} s`
