// Toxics on proxies: set, changed, removed, and taken away when their lease ends.
//
// A toxic with a lease is removed here, in the proxy's own process, so that it ends even when everybody
// who asked for it is dead.

import type { After, Clock } from '../ports.ts'
import { untouched, type InstalledToxic } from './installed-toxic.ts'
import type { ProxyRecord } from './proxy-record.ts'
import { readToxic, readUpdate } from './read-toxic.ts'
import { refusals } from './refusal.ts'
import { directions } from './toxic.ts'

export interface LeasePolicy {
  /** For toxics that say none; undefined: they stay until removed. */
  defaultMs: number | undefined
  longestMs: number
}

/** Why a toxic is gone. */
export type Removal = 'asked' | 'lease'

export interface ToxicDeskOptions {
  after: After
  clock: Pick<Clock, 'now'>
  isCompat: boolean
  lease: LeasePolicy
  /** Set or changed. */
  onSet?(proxy: ProxyRecord, toxic: InstalledToxic, by: Asker): void
  /** Also told for toxics that a request removed. */
  onRemoved(proxy: ProxyRecord, toxic: InstalledToxic, why: Removal): void
}

/** Who asks, and for how long. */
export interface Asker {
  ttlMs: number | undefined
  isOwner: boolean
}

/** What is not there, or cannot be set, is thrown as a Refusal. */
export interface ToxicDesk {
  /** Upstream first, then downstream, each in the order in which they were set. */
  list(proxy: ProxyRecord): InstalledToxic[]
  get(proxy: ProxyRecord, name: string): InstalledToxic
  add(proxy: ProxyRecord, body: unknown, by: Asker): InstalledToxic
  /** A new time to live starts the lease anew; without one it goes on. */
  update(proxy: ProxyRecord, name: string, body: unknown, by: Asker): InstalledToxic
  remove(proxy: ProxyRecord, name: string, isOwner: boolean): void
  /** Of a guest: all that guests have set. */
  removeAll(proxy: ProxyRecord, isOwner: boolean): void
}

export function createToxicDesk(options: ToxicDeskOptions): ToxicDesk {
  const { after, clock, lease, onRemoved } = options
  const leases = new WeakMap<InstalledToxic, () => void>()

  const get = ({ edge }: ProxyRecord, name: string): InstalledToxic => {
    const toxic = edge.toxics().find((one) => one.name === name)
    if (toxic === undefined) throw refusals.toxicNotFound()
    return toxic
  }

  /** What its owner alone may change, if it has one. */
  const owned = (proxy: ProxyRecord, name: string, isOwner: boolean): InstalledToxic => {
    const toxic = get(proxy, name)
    if (toxic.isOwned && !isOwner) throw refusals.ofTheAgent(name)
    return toxic
  }

  const takeOut = (proxy: ProxyRecord, gone: readonly InstalledToxic[], why: Removal): void => {
    proxy.edge.setToxics(proxy.edge.toxics().filter((toxic) => !gone.includes(toxic)))
    for (const toxic of gone) {
      leases.get(toxic)?.()
      onRemoved(proxy, toxic, why)
    }
  }

  const grant = (proxy: ProxyRecord, toxic: InstalledToxic, ttlMs: number | undefined): void => {
    if (ttlMs === undefined) return
    leases.get(toxic)?.()
    toxic.expiresAt = clock.now() + ttlMs
    leases.set(
      toxic,
      after(ttlMs, () => {
        if (proxy.edge.toxics().includes(toxic)) takeOut(proxy, [toxic], 'lease')
      }),
    )
  }

  const checkTtl = (ttlMs: number | undefined): number | undefined => {
    if (ttlMs === undefined || (Number.isInteger(ttlMs) && ttlMs > 0 && ttlMs <= lease.longestMs))
      return ttlMs
    throw refusals.badBody(`ttlMs must be a whole number from 1 to ${lease.longestMs}`)
  }

  return {
    get,
    list: ({ edge }) =>
      directions.flatMap((direction) => edge.toxics().filter((toxic) => toxic.direction === direction)),
    add(proxy, body, by) {
      const request = readToxic(body, options)
      const ttlMs = checkTtl(by.ttlMs)
      if (proxy.edge.toxics().some(({ name }) => name === request.name)) throw refusals.toxicExists()
      const toxic: InstalledToxic = {
        ...request,
        version: 1,
        touched: untouched(),
        shared: { requests: 0 },
        isOwned: by.isOwner,
        firstConnection: proxy.edge.traffic.connections.total + 1,
        expiresAt: undefined,
      }
      grant(proxy, toxic, ttlMs ?? lease.defaultMs)
      proxy.edge.setToxics([...proxy.edge.toxics(), toxic])
      options.onSet?.(proxy, toxic, by)
      return toxic
    },
    update(proxy, name, body, by) {
      const toxic = owned(proxy, name, by.isOwner)
      const { attributes, toxicity } = readUpdate(body, toxic, options)
      const ttlMs = checkTtl(by.ttlMs)
      toxic.attributes = attributes
      toxic.toxicity = toxicity
      toxic.version++
      grant(proxy, toxic, ttlMs)
      proxy.edge.setToxics(proxy.edge.toxics())
      options.onSet?.(proxy, toxic, by)
      return toxic
    },
    remove: (proxy, name, isOwner) => takeOut(proxy, [owned(proxy, name, isOwner)], 'asked'),
    removeAll(proxy, isOwner) {
      const gone = proxy.edge.toxics().filter((toxic) => isOwner || !toxic.isOwned)
      takeOut(proxy, gone, 'asked')
    },
  }
}
