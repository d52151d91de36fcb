// How soon a fault bites in a running fleet, as a client of the edge sees it: from the moment at which the fault was
// sent to the agent (its fsync and the way to the proxy count) to the first request that is not answered as before.

import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentClient } from '../src/runtime/agent-client.ts'
import { eventually, trialSystem } from '../test/fixtures/trial-system.ts'

/** Through a healthy edge an answer takes a millisecond. */
const slowMs = 50
const pauseMs = 1
const biteWithinMs = 10_000
const edge = 'client:gateway'

const onEdge = [
  { kind: 'latency', params: { latency: 100 } },
  { kind: 'reset', params: {} },
  { kind: 'partition', params: { how: 'blackhole' } },
  { kind: 'partition', params: { how: 'refuse' } },
  { kind: 'timeout', params: { after: 500 } },
  { kind: 'limit', params: { bytes: 10 } },
]

/** Of a fault on an edge: what comes later is told with where its time went. */
const lateMs = 25

export interface Bites {
  edgeMs: number[]
  killMs: number[]
  late: string[]
}

export async function bites({ edges, kills }: { edges: number; kills: number }): Promise<Bites> {
  await using system = trialSystem({ gateway: { runs: 'ok' } })
  const { agent } = await system.up()
  const { url } = (await agent.status()).services[0]!
  const port = Number(new URL(url).port)
  const edgeMs: number[] = []
  const late: string[] = []
  for (let trial = 0; trial < edges; trial++) {
    const { kind, params } = onEdge[trial % onEdge.length]!
    const { ms, bittenAt, sentAt, id } = await untilBitten(agent, port, { kind, target: edge, params })
    edgeMs.push(ms)
    if (ms > lateMs) late.push(`${kind}, ${await whereItsTimeWent(agent, id, { sentAt, bittenAt })}`)
  }
  const killMs: number[] = []
  for (let trial = 0; trial < kills; trial++) {
    killMs.push((await untilBitten(agent, port, { kind: 'kill', target: 'gateway' })).ms)
  }
  return { edgeMs, killMs, late }
}

/** By the agent's journal: one machine, one clock. */
async function whereItsTimeWent(
  agent: AgentClient,
  id: string,
  client: { sentAt: number; bittenAt: number },
): Promise<string> {
  const [sentAt, bittenAt] = [client.sentAt, client.bittenAt].map((ms) => performance.timeOrigin + ms)
  const told = (await agent.eventsSoFar()).filter(({ subject }) => subject === `fault:${id}`)
  const requested = told.find(({ type }) => type === 'fault.requested')
  const applied = told.find(({ type }) => type === 'fault.applied')
  if (requested === undefined || applied?.type !== 'fault.applied') return 'never applied'
  const { afterMs } = applied.data
  const parts: [string, number][] = [
    ['at the agent', requested.at - sentAt!],
    ['on the disk', applied.at - afterMs - requested.at],
    ['set by the proxy', afterMs],
    ['noticed', bittenAt! - applied.at],
  ]
  return parts.map(([what, ms]) => `${what} after ${ms.toFixed(1)} ms`).join(', then ')
}

async function untilBitten(
  agent: AgentClient,
  port: number,
  fault: { kind: string; target: string; params?: Record<string, number | string> },
): Promise<{ ms: number; sentAt: number; bittenAt: number; id: string }> {
  await eventually('an answer as always', async () => {
    using client = asking(port)
    return (await client.ask()) === undefined
  })
  using client = asking(port)
  for (let warm = 0; warm < 10; warm++) await client.ask()
  const deadline = performance.now() + biteWithinMs
  const watching = (async () => {
    for (;;) {
      if (performance.now() > deadline) throw new Error(`${fault.kind} did not bite`)
      const bittenAt = await client.ask()
      if (bittenAt !== undefined) return bittenAt
      await sleep(pauseMs)
    }
  })()
  await sleep(Math.random() * 10)
  const sentAt = performance.now()
  const status = agent.fault(fault)
  const bittenAt = await watching
  const { id } = await status
  await agent.heal(id)
  return { ms: Math.max(0, bittenAt - sentAt), sentAt, bittenAt, id }
}

/** One request after the other on one connection. */
function asking(port: number): Disposable & { ask(): Promise<number | undefined> } {
  const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const heard = { closedAt: 0, bytes: 0, tell: () => {} }
  socket.on('data', (chunk) => {
    heard.bytes += chunk.length
    if (chunk.includes('{}')) heard.tell()
  })
  socket.on('error', () => {}) // told by `close`
  socket.on('close', () => {
    heard.closedAt = performance.now()
    heard.tell()
  })
  return {
    /** When it was sent, if it is late; when the connection was closed, if that comes first. */
    async ask() {
      const sentAt = performance.now()
      if (heard.closedAt > 0) return heard.closedAt
      const answered = new Promise<void>((resolve) => (heard.tell = resolve))
      socket.write('GET /readyz HTTP/1.1\r\nhost: gateway\r\n\r\n')
      const isLate = await Promise.race([answered.then(() => false), sleep(slowMs).then(() => true)])
      if (heard.closedAt > 0) return heard.closedAt
      return isLate ? sentAt : undefined
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}
