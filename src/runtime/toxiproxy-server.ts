// A Toxiproxy server that somebody else runs, with one proxy on it for each edge of a fleet. They have a prefix
// that names the system, so that whoever comes after a kill -9 knows what to remove.
//
//   start  remove what an earlier fleet of this system left, make a proxy for each edge
//   tend   the server ended and is back: its proxies are made again, on the same ports
//   stop   remove them

import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { ProxyRefusal, toxiproxyApi, type ProxyOwner } from '../adapters/proxy-owner.ts'
import type { ToxicOrder } from '../chaos/fault.ts'
import { errors } from '../errors.ts'
import type { Clock, HostPort } from '../ports.ts'
import { formatAddress } from '../proxy/address.ts'

export interface ToxiproxyServer {
  /** Resolves when every edge has its proxy. */
  start(): Promise<void>
  /** Removes all of them. */
  stop(): Promise<void>
  /** Where the proxy of that edge listens, on loopback. */
  portOf(edge: string): number
  /** Somebody disabled its proxy, or put a toxic on it. */
  isBroken(edge: string): Promise<boolean>
  add(edge: string, toxic: ToxicOrder): Promise<void>
  remove(edge: string, toxic: string): Promise<void>
  /** Everything on our proxies that is not of our faults; all of it with `isAll`. */
  clear(how: { isAll: boolean }): Promise<void>
}

export interface ToxiproxyPlace {
  address: HostPort
  /** What the names of our proxies begin with. */
  prefix: string
}

interface ForeignProxy {
  name: string
  /** host:port */
  listen: string
  enabled: boolean
  toxics: { name: string }[]
}

const tendEveryMs = 500

export const toxiproxyPlace = (root: string, address: HostPort): ToxiproxyPlace => ({
  address,
  prefix: `msvc-${createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 12)}-`,
})

/** @throws errors.toxiproxyAbsent */
export async function requireToxiproxy(address: HostPort): Promise<void> {
  const api = toxiproxyApi(address)
  try {
    await listOf(api)
  } catch (error) {
    throw errors.toxiproxyAbsent(formatAddress(address), reasonOf(error), error)
  } finally {
    api.close()
  }
}

/** How many were there. A server that is gone has none: it keeps them in memory only. */
export async function removeLeftProxies({ address, prefix }: ToxiproxyPlace): Promise<number> {
  const api = toxiproxyApi(address)
  try {
    return await removeAll(api, prefix)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return 0
    throw error
  } finally {
    api.close()
  }
}

export function toxiproxyServer(parts: {
  place: ToxiproxyPlace
  /** Names of edges, and the ports that they lead to. */
  edges: { name: string; upstream: number }[]
  clock: Clock
  onLost(reason: string): void
}): ToxiproxyServer {
  const { place, edges, clock, onLost } = parts
  const { address, prefix } = place
  const api = toxiproxyApi(address)
  const ports = new Map<string, number>()
  const ours = new Set<string>()
  const over = new AbortController()

  const path = (edge: string, rest = ''): string => `/proxies/${encodeURIComponent(prefix + edge)}${rest}`

  async function create(edge: string, upstream: number): Promise<void> {
    const listen = `127.0.0.1:${ports.get(edge) ?? 0}`
    const body = { name: prefix + edge, listen, upstream: `127.0.0.1:${upstream}`, enabled: true }
    const made = await api.ask<ForeignProxy>('POST', '/proxies', body)
    ports.set(edge, Number(made.listen.split(':').at(-1)))
  }

  async function createMissing(): Promise<void> {
    const there = await listOf(api)
    for (const { name, upstream } of edges) {
      if (there[prefix + name] === undefined) await create(name, upstream)
    }
  }

  async function tend(): Promise<void> {
    let isThere = true
    for (;;) {
      await clock.sleep(tendEveryMs, over.signal)
      try {
        await createMissing()
        isThere = true
      } catch (error) {
        if (isThere) onLost(`the Toxiproxy server at ${formatAddress(address)} fails: ${reasonOf(error)}`)
        isThere = false
      }
    }
  }

  return {
    async start() {
      await removeAll(api, prefix)
      await createMissing()
      void tend().catch(() => {}) // stopped
    },
    async stop() {
      over.abort()
      await removeAll(api, prefix).finally(() => api.close())
    },
    portOf: (edge) => ports.get(edge) ?? 0,
    async isBroken(edge) {
      const { enabled, toxics } = await api.ask<ForeignProxy>('GET', path(edge))
      return !enabled || toxics.length > 0
    },
    async add(edge, { name, type, stream, toxicity, attributes }) {
      await api.ask('POST', path(edge, '/toxics'), { name, type, stream, toxicity, attributes })
      ours.add(name)
    },
    async remove(edge, toxic) {
      await removeIfThere(api, path(edge, `/toxics/${encodeURIComponent(toxic)}`))
      ours.delete(toxic)
    },
    async clear({ isAll }) {
      const there = await listOf(api)
      for (const { name: edge } of edges) {
        const { enabled = true, toxics = [] } = there[prefix + edge] ?? {}
        const wanted = toxics.filter(({ name }) => isAll || !ours.has(name))
        for (const { name } of wanted)
          await removeIfThere(api, path(edge, `/toxics/${encodeURIComponent(name)}`))
        if (!enabled) await api.ask('POST', path(edge), { enabled: true })
      }
      if (isAll) ours.clear()
    },
  }
}

async function listOf(api: ProxyOwner): Promise<Record<string, ForeignProxy>> {
  const list = await api.ask<Record<string, ForeignProxy> | undefined>('GET', '/proxies')
  if (typeof list !== 'object' || Array.isArray(list)) throw new Error('it does not speak as Toxiproxy')
  return list
}

async function removeAll(api: ProxyOwner, prefix: string): Promise<number> {
  const names = Object.keys(await listOf(api)).filter((name) => name.startsWith(prefix))
  for (const name of names) await removeIfThere(api, `/proxies/${encodeURIComponent(name)}`)
  return names.length
}

async function removeIfThere(api: ProxyOwner, path: string): Promise<void> {
  try {
    await api.ask('DELETE', path)
  } catch (error) {
    if (!(error instanceof ProxyRefusal) || error.status !== 404) throw error
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof SyntaxError
    ? 'it does not speak as Toxiproxy'
    : error instanceof Error
      ? (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
        ? 'nobody listens there'
        : error.message
      : String(error)
