// All proxies of one process, by name: made, changed, populated, reset, removed.
//
// Listening is the only thing that takes time. Such changes are done one after the other; everything
// about toxics is done at once and waits for nobody.

import { isLoopback } from './address.ts'
import { createEdgeProxy, type ProxyWorld } from './edge-proxy.ts'
import { addressOf, isSame, proxySwitch, type ProxyRecord } from './proxy-record.ts'
import { isHostileName } from './read-toxic.ts'
import { refusals } from './refusal.ts'

export interface ProxyRequest {
  name: string
  listen: string
  upstream: string
  enabled: boolean
}

export type ProxyChanges = Partial<Omit<ProxyRequest, 'name'>>

export interface ProxiesOptions extends ProxyWorld {
  /** Listeners and upstreams outside this machine. */
  allowRemote: boolean
  /** How long a guest may keep a proxy of the owner disabled; undefined: as long as it likes. */
  longestDownMs: number | undefined
  /** A guest disabled a proxy of the owner, and cut that many connections. */
  onGuestDown?(record: ProxyRecord, cut: number): void
  onGuestUp?(record: ProxyRecord): void
}

/** What is not there, is not theirs or cannot be done is thrown as a Refusal, whose words are Toxiproxy's. */
export interface Proxies {
  /** By name. */
  all(): ProxyRecord[]
  get(name: string): ProxyRecord
  create(request: ProxyRequest, isOwner: boolean): Promise<ProxyRecord>
  /** What is not said stays. */
  update(name: string, changes: ProxyChanges, isOwner: boolean): Promise<ProxyRecord>
  /** A failure carries no proxy that came after it. */
  populate(requests: readonly ProxyRequest[], isOwner: boolean): Promise<Populated>
  /** New connections go there; those that are open stay. */
  moveTo(name: string, upstream: string, isOwner: boolean): Promise<ProxyRecord>
  remove(name: string, isOwner: boolean): Promise<void>
  /** For its owner, see EdgeProxy. */
  wait(name: string, ms: number, isOwner: boolean): void
  /** For its owner: disabled, and back by itself after that time. Resolves with how many connections were cut. */
  takeDown(name: string, ms: number, isOwner: boolean): Promise<number>
  /** Enables all; a guest, all that its owner does not hold down. */
  enableAll(isOwner: boolean): Promise<void>
  close(): void
}

export interface Populated {
  proxies: ProxyRecord[]
  failure: unknown
}

export function createProxies(options: ProxiesOptions): Proxies {
  const { isCompat, allowRemote } = options
  const records = new Map<string, ProxyRecord>()
  const inTurn = queue()
  const { start, stop, comeBack } = proxySwitch({
    ...options,
    inTurn,
    isThere: (record) => records.get(record.name) === record,
  })

  const get = (name: string): ProxyRecord => {
    const record = records.get(name)
    if (record === undefined) throw refusals.proxyNotFound()
    return record
  }

  /** What only its owner may touch, if it has one. */
  const owned = (name: string, isOwner: boolean): ProxyRecord => {
    const record = get(name)
    if (record.isOwned && !isOwner) throw refusals.ofTheFleet(name)
    return record
  }

  const check = ({ name, listen, upstream }: ProxyRequest): void => {
    if (isCompat) return
    if (isHostileName(name)) throw refusals.hostileName()
    for (const address of [listen, upstream]) {
      if (address === '') continue
      const { host } = addressOf(address)
      if (!allowRemote && !isLoopback(host)) throw refusals.remote(address)
    }
  }

  const add = async (request: ProxyRequest, isOwner: boolean): Promise<ProxyRecord> => {
    const { name, listen, upstream } = request
    const edge = createEdgeProxy(name, options)
    const record: ProxyRecord = {
      name,
      listen,
      upstream,
      enabled: false,
      isOwned: isOwner,
      isHeldDown: false,
      downs: 0,
      guestDownUntil: undefined,
      edge,
    }
    if (request.enabled) await start(record)
    records.set(name, record)
    return record
  }

  const change = async (record: ProxyRecord, wanted: ProxyRequest): Promise<void> => {
    if (!isSame(record, wanted)) {
      stop(record)
      record.listen = wanted.listen
      record.upstream = wanted.upstream
    }
    if (wanted.enabled && !record.enabled) await start(record)
    if (!wanted.enabled && record.enabled) stop(record)
  }

  /** A fault too, so it ends by itself. */
  const keepDown = (record: ProxyRecord, cut: number): void => {
    const { longestDownMs, clock } = options
    if (longestDownMs === undefined) return
    comeBack(record, longestDownMs)
    record.guestDownUntil = clock.now() + longestDownMs
    options.onGuestDown?.(record, cut)
  }

  const replace = async (request: ProxyRequest, isOwner: boolean): Promise<ProxyRecord> => {
    const existing = records.get(request.name)
    if (existing !== undefined && isSame(existing, request)) return existing
    if (existing !== undefined) {
      if (existing.isOwned && !isOwner) throw refusals.ofTheFleet(existing.name)
      stop(existing)
      records.delete(existing.name)
    }
    return await add(request, isOwner)
  }

  return {
    all: () => [...records.values()].toSorted(byName),
    get,
    create: (request, isOwner) =>
      inTurn(() => {
        check(request)
        if (records.has(request.name)) throw refusals.proxyExists()
        return add(request, isOwner)
      }),
    update: (name, changes, isOwner) =>
      inTurn(async () => {
        const record = get(name)
        const { listen, upstream, enabled } = record
        const request = { name, listen, upstream, enabled, ...changes }
        check(request)
        const isTheirs = record.isHeldDown || !isSame(record, request)
        if (record.isOwned && !isOwner && isTheirs) throw refusals.ofTheFleet(name)
        const { open } = record.edge.traffic.connections
        await change(record, request)
        const isDisabled = enabled && !record.enabled
        if (record.isOwned && !isOwner && isDisabled) keepDown(record, open)
        return record
      }),
    populate: (requests, isOwner) =>
      inTurn(async () => {
        for (const request of requests) check(request)
        const proxies: ProxyRecord[] = []
        for (const request of requests) {
          try {
            proxies.push(await replace(request, isOwner))
          } catch (failure) {
            return { proxies, failure }
          }
        }
        return { proxies, failure: undefined }
      }),
    moveTo: (name, upstream, isOwner) =>
      inTurn(async () => {
        const record = owned(name, isOwner)
        check({ ...record, upstream })
        record.edge.moveTo(addressOf(upstream))
        record.upstream = upstream
        return record
      }),
    takeDown: (name, ms, isOwner) =>
      inTurn(async () => {
        const record = owned(name, isOwner)
        const cut = record.edge.traffic.connections.open
        // Also what is down already: whoever disabled it before does not bring it back meanwhile.
        stop(record)
        record.isHeldDown = true
        comeBack(record, ms)
        return cut
      }),
    wait: (name, ms, isOwner) => owned(name, isOwner).edge.wait(ms),
    remove: (name, isOwner) =>
      inTurn(async () => {
        const record = owned(name, isOwner)
        stop(record)
        records.delete(name)
      }),
    enableAll: (isOwner) =>
      inTurn(async () => {
        const wanted = [...records.values()].filter((record) => isOwner || !record.isHeldDown)
        for (const record of wanted) if (!record.enabled) await start(record)
      }),
    close() {
      for (const record of records.values()) stop(record)
      records.clear()
    },
  }
}

const byName = (one: ProxyRecord, other: ProxyRecord): number => (one.name < other.name ? -1 : 1)

/** One after the other, in the order of asking. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined) // who asked for it hears of it
    return mine
  }
}
