// One trial of removal: connections with dead sinks on both ends, a random chain, all of it taken out.

import { seededChance } from '../../src/system/seeded-chance.ts'
import { proxyAt, proxyUnderTest, tcpClient, tcpServer, type ProxyApi } from '../fixtures/proxied.ts'

export interface RemovalTrial {
  /** From the request to its answer, for each toxic. */
  removalMs: number[]
  /** The same for GET /proxies, asked while toxics were removed. */
  listMs: number[]
  /** A new connection passed bytes afterwards. */
  isWhole: boolean
}

const attributes: Record<string, object> = {
  latency: { latency: 60_000, jitter: 1000 },
  bandwidth: { rate: 0 },
  slow_close: { delay: 60_000 },
  timeout: { timeout: 0 },
  reset_peer: { timeout: 60_000 },
  slicer: { average_size: 512, size_variation: 256, delay: 1000 },
  limit_data: { bytes: 1_000_000 },
  noop: {},
  packet_loss: { loss_rate: 0.5 },
  http: { status: 503 },
}

export async function removalTrial({
  seed,
  connections,
  removals,
  api,
}: {
  seed: number
  connections: number
  removals: number
  /** Of a proxy in another process; not said: one in this process. */
  api?: string
}): Promise<RemovalTrial> {
  const chance = seededChance('removal', seed)
  const kinds = Object.keys(attributes)
  // Neither end reads; both send as much as anybody takes.
  await using server = await tcpServer((socket) => {
    socket.once('readable', () => {
      if (isAlive) socket.end(socket.read() as Buffer)
    })
    if (!isAlive) socket.write(flood)
  })
  let isAlive = false
  await using proxy = await (api === undefined ? proxyUnderTest({ seed }) : proxyAt(`http://${api}`))
  const made = await proxy.call('POST', '/proxies', { name: 'p', upstream: `127.0.0.1:${server.port}` })
  const { listen } = JSON.parse(made.text) as { listen: string }
  const clients = await Promise.all(Array.from({ length: connections }, () => tcpClient(listen)))
  for (const { socket } of clients) socket.pause().write(flood)

  const names = Array.from({ length: removals }, (_, index) => `t${index}`)
  for (const name of names) {
    const type = kinds[Math.floor(chance() * kinds.length)]!
    const stream = type === 'http' || chance() < 0.5 ? 'upstream' : 'downstream'
    const toxic = { name, type, stream, toxicity: 0.5 + chance() / 2, attributes: attributes[type] }
    await proxy.call('POST', '/proxies/p/toxics', toxic)
  }
  await untilQuiet(proxy)
  const timed = async (method: string, path: string): Promise<number> => {
    const started = performance.now()
    const { status } = await proxy.call(method, path)
    if (status >= 300) throw new Error(`${method} ${path}: ${status}`)
    return performance.now() - started
  }
  const removalMs: number[] = []
  const listMs: number[] = []
  for (const name of names.toSorted(() => chance() - 0.5)) {
    const [removal, list] = await Promise.all([
      timed('DELETE', `/proxies/p/toxics/${name}`),
      timed('GET', '/proxies'),
    ])
    removalMs.push(removal)
    listMs.push(list)
  }
  isAlive = true
  const fresh = await tcpClient(listen)
  fresh.socket.write('alive')
  await fresh.ended
  const isWhole = fresh.received().toString() === 'alive'
  for (const { socket } of [...clients, fresh]) socket.destroy()
  await proxy.call('DELETE', '/proxies/p')
  return { removalMs, listMs, isWhole }
}

/**
 * Until the proxy takes no more: every buffer is full, and nothing but the toxics is in the way. A chain
 * that lets a little through all the time is never quiet; two seconds have filled its buffers too.
 */
async function untilQuiet({ call }: ProxyApi): Promise<void> {
  const deadline = performance.now() + 2_000
  for (let before = ''; performance.now() < deadline;) {
    const { text } = await call('GET', '/msvc/status')
    const { proxies } = JSON.parse(text) as { proxies: { received: object }[] }
    const now = JSON.stringify(proxies.map(({ received }) => received))
    if (now === before) return
    before = now
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

const flood = Buffer.alloc(4 << 20)
