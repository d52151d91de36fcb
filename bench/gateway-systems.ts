// The two systems of the bench `gateway`, each running until it is disposed.
//
//   ours   gateway ─▶ order (store)       token checked, policy, traces to a collector
//   bare   Fastify + undici ─▶ Fastify    the same answer, and nothing else

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { entryUrl, generatedFleet } from '../test/fixtures/generated-fleet.ts'
import { renderedSystem } from '../test/fixtures/rendered-system.ts'
import { forkServer } from './child-server.ts'
import type { Target } from './load-window.ts'
import { watchedBy } from './process-use.ts'

export type Running = Omit<Target, 'beside'> & AsyncDisposable

const hopServer = join(import.meta.dirname, 'hop-server.ts')

export async function startBare(watchFolder: string): Promise<Running> {
  await using started = new AsyncDisposableStack()
  const fork = async (...args: string[]) => {
    const server = await forkServer(hopServer, args, { env: watchedBy(watchFolder) })
    started.defer(() => server.stop())
    return server
  }
  const order = await fork('order')
  const gateway = await fork('request', order.url)
  const running = started.move()
  return {
    // As many bytes as with a real order and token.
    url: `${gateway.url}/orders/${randomUUID()}`,
    headers: { authorization: `Bearer ${'x'.repeat(280)}` },
    processes: [
      ['gateway', gateway.pid],
      ['order', order.pid],
    ],
    watchFolder,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

export async function startOurs(watchFolder: string): Promise<Running> {
  await using started = new AsyncDisposableStack()
  const { root } = started.use(await renderedSystem())
  const collector = await forkServer(hopServer, ['collector'])
  started.defer(() => collector.stop())
  const { agent } = await withEnvironment(
    { ...watchedBy(watchFolder), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    () => generatedFleet(root, { isDirect: true }),
  )
  started.defer(() => agent.stop())
  const status = await agent.status()
  const baseUrl = await entryUrl(agent)
  const { token } = await post(`${baseUrl}/token`, {})
  const authorization = `Bearer ${token}`
  const order = { sku: 'book', quantity: 1, amountCents: 1999 }
  const { id } = await post(`${baseUrl}/orders`, { authorization }, order)
  const running = started.move()
  return {
    url: `${baseUrl}/orders/${id}`,
    headers: { authorization },
    processes: [
      ...status.services.map(({ name, pid }): [string, number] => [name, pid ?? 0]),
      ['agent', status.agent.pid],
      ['collector', collector.pid],
    ],
    watchFolder,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** The agent and its services inherit ours. */
async function withEnvironment<T>(added: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env }
  Object.assign(process.env, added)
  try {
    return await work()
  } finally {
    for (const name of Object.keys(added)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: object = {},
): Promise<Record<string, string>> {
  const sent = { 'content-type': 'application/json', ...headers }
  const response = await fetch(url, { method: 'POST', headers: sent, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Record<string, string>
}
