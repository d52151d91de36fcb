// The proxy beside no proxy (and beside a real toxiproxy-server when one is on the PATH): what it costs,
// how exact 100 ms of latency are, how soon a toxic is gone. Rounds are interleaved, medians printed.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../src/adapters/ports-free.ts'
import { tcpClient, tcpServer } from '../test/fixtures/proxied.ts'
import { removalTrial } from '../test/proxy/removal-trial.ts'
import { median } from './median.ts'

const rounds = 5
const pings = 1500
const bulkBytes = 256 << 20

interface Contender {
  name: string
  /** Makes a proxy in front of the port and tells where it listens. */
  inFrontOf(port: number): Promise<string>
  api: string | undefined
  stop(): void
}

export async function benchProxy(): Promise<void> {
  // A bench that is ended early leaves no server behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const contenders = [direct(), await ours(), ...(await real())]
  await using echo = await tcpServer((socket) => void socket.pipe(socket))
  await using sink = await tcpServer((socket) => {
    let left = bulkBytes
    socket.on('data', (chunk) => {
      left -= chunk.length
      if (left <= 0) socket.end('done')
    })
  })
  try {
    await cost(contenders, echo.port, sink.port)
    for (const contender of contenders) if (contender.api !== undefined) await accuracy(contender, echo.port)
    await removal(contenders[1]!.api!)
  } finally {
    for (const contender of contenders) contender.stop()
  }
}

async function cost(contenders: Contender[], echoPort: number, sinkPort: number): Promise<void> {
  const figures = new Map(
    contenders.map(({ name }) => [name, { pingMs: [] as number[], bulk: [] as number[] }]),
  )
  const places = new Map<string, { echo: string; sink: string }>()
  for (const contender of contenders) {
    const { name } = contender
    places.set(name, { echo: await contender.inFrontOf(echoPort), sink: await contender.inFrontOf(sinkPort) })
  }
  for (let round = 0; round < rounds; round++) {
    for (const { name } of contenders) {
      const { echo, sink } = places.get(name)!
      figures.get(name)!.pingMs.push(median(await pingTimes(echo, pings)))
      figures.get(name)!.bulk.push(await bulkRate(sink))
    }
  }
  console.log(
    `One connection, ${pings} round trips of 64 bytes; then ${bulkBytes >> 20} MB one way; median of ${rounds} rounds\n`,
  )
  for (const [name, { pingMs, bulk }] of figures) {
    console.log(
      `${name.padEnd(18)} p50 ${median(pingMs).toFixed(3)} ms   bulk ${median(bulk).toFixed(0).padStart(5)} MB/s`,
    )
  }
}

async function pingTimes(listen: string, count: number): Promise<number[]> {
  const client = await tcpClient(listen)
  const times: number[] = []
  const ping = Buffer.alloc(64)
  for (let i = 0; i < count; i++) {
    const sent = performance.now()
    client.socket.write(ping)
    await client.has((i + 1) * ping.length)
    times.push(performance.now() - sent)
  }
  client.socket.destroy()
  return times
}

/** MB (10^6 bytes) a second. */
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

/** 100 ms one way, asked on 40 connections at once. */
async function accuracy({ name, inFrontOf, api }: Contender, echoPort: number): Promise<void> {
  const listen = await inFrontOf(echoPort)
  const { proxies } = {
    proxies: (await (await fetch(`http://${api}/proxies`)).json()) as Record<string, { listen: string }>,
  }
  const [proxy] = Object.entries(proxies).find(([, one]) => one.listen === listen)!
  const body = JSON.stringify({ type: 'latency', attributes: { latency: 100 } })
  await fetch(`http://${api}/proxies/${proxy}/toxics`, { method: 'POST', body })
  const clients = await Promise.all(Array.from({ length: 40 }, () => tcpClient(listen)))
  const errors: number[] = []
  await Promise.all(
    clients.map(async (client) => {
      for (let i = 1; i <= 25; i++) {
        const sent = performance.now()
        client.socket.write('x')
        await client.has(i)
        errors.push(performance.now() - sent - 100)
      }
      client.socket.destroy()
    }),
  )
  const sorted = errors.toSorted((a, b) => a - b)
  const at = (share: number): string => sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(2)
  console.log(
    `\n100 ms latency, ${name}: ${sorted.length} round trips on 40 connections, error p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} min ${at(0.001)} ms`,
  )
}

async function removal(api: string): Promise<void> {
  const removalMs: number[] = []
  const listMs: number[] = []
  let whole = 0
  const trials = 125
  for (let seed = 1; seed <= trials; seed++) {
    const trial = await removalTrial({ seed, connections: 64, removals: 8, api })
    removalMs.push(...trial.removalMs)
    listMs.push(...trial.listMs)
    if (trial.isWhole) whole++
  }
  const p99 = (values: number[]): string =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]!.toFixed(1)
  console.log(
    `\nRemoval: ${removalMs.length} toxics taken out of 64 connections that nobody reads; p50 ${median(removalMs).toFixed(1)} p99 ${p99(removalMs)} max ${Math.max(...removalMs).toFixed(1)} ms; GET /proxies meanwhile p99 ${p99(listMs)} ms; ${whole} of ${trials} proxies pass traffic afterwards`,
  )
}

const direct = (): Contender => ({
  name: 'direct',
  api: undefined,
  inFrontOf: (port) => Promise.resolve(`127.0.0.1:${port}`),
  stop() {},
})

/** In a process of its own, as always. */
async function ours(): Promise<Contender> {
  const api = await freeAddress()
  const dev = fileURLToPath(new URL('../bin/dev.js', import.meta.url))
  const args = [dev, 'chaos', 'proxy', '--api', api]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return await behindApi('msvc chaos proxy', api, child)
}

async function real(): Promise<Contender[]> {
  try {
    execFileSync('toxiproxy-server', ['-version'], { stdio: 'ignore' })
  } catch {
    console.log('(toxiproxy-server is not on the PATH: it is left out)\n')
    return []
  }
  const api = await freeAddress()
  const [host, port] = api.split(':') as [string, string]
  const child = spawn('toxiproxy-server', ['-host', host, '-port', port], { stdio: 'ignore' })
  return [await behindApi('toxiproxy-server', api, child)]
}

const freeAddress = async (): Promise<string> => `127.0.0.1:${(await freePorts(1))[0]}`

async function behindApi(name: string, api: string, child: ChildProcess): Promise<Contender> {
  for (const deadline = Date.now() + 10_000; ;) {
    const isUp = await fetch(`http://${api}/version`).then(
      () => true,
      () => false,
    )
    if (isUp) break
    if (Date.now() > deadline) throw new Error(`${name} did not start`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  process.once('exit', () => child.kill('SIGKILL'))
  let count = 0
  return {
    name,
    api,
    async inFrontOf(port) {
      const body = JSON.stringify({
        name: `p${++count}`,
        listen: '127.0.0.1:0',
        upstream: `127.0.0.1:${port}`,
      })
      const answer = await fetch(`http://${api}/proxies`, { method: 'POST', body })
      return ((await answer.json()) as { listen: string }).listen
    },
    stop: () => void child.kill('SIGKILL'),
  }
}
