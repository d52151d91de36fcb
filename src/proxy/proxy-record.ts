// One proxy as its process knows it, and what turns it on and off: it listens, or does not, or will again by
// itself when whoever disabled it may do so for that long only.

import type { After, HostPort } from '../ports.ts'
import { formatAddress, listenTrouble, parseAddress } from './address.ts'
import type { EdgeProxy } from './edge-proxy.ts'
import { refusals } from './refusal.ts'

export interface ProxyRecord {
  name: string
  /** As resolved while it listens, else as it was asked for. */
  listen: string
  upstream: string
  enabled: boolean
  /** Made by the one who runs the process; guests cannot take it away. */
  isOwned: boolean
  /** Its owner took it down, which is a fault of a fleet. */
  isHeldDown: boolean
  /** How often it was taken down: a timer that brings it back must mean this time. */
  downs: number
  /** A guest disabled it, until then at the latest (epoch ms). */
  guestDownUntil: number | undefined
  edge: EdgeProxy
}

export interface ProxySwitch {
  /** @throws Refusal when it cannot listen there */
  start(record: ProxyRecord): Promise<void>
  stop(record: ProxyRecord): void
  /** After that time, unless it was started or stopped meanwhile. */
  comeBack(record: ProxyRecord, ms: number): void
}

export interface ProxySwitchOptions {
  after: After
  isCompat: boolean
  allowRemote: boolean
  /** It was not removed, and no other one has its name. */
  isThere(record: ProxyRecord): boolean
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** One that a guest had disabled listens again. */
  onGuestUp?(record: ProxyRecord): void
}

const retryMs = 1000

export function proxySwitch(options: ProxySwitchOptions): ProxySwitch {
  const { after, isCompat, allowRemote, isThere, inTurn } = options

  const start = async (record: ProxyRecord): Promise<void> => {
    const listen = listenAddress(record.listen, isCompat && allowRemote)
    const upstream = addressOf(record.upstream)
    try {
      record.listen = formatAddress(await record.edge.start(listen, upstream))
      record.enabled = true
      record.isHeldDown = false
      if (record.guestDownUntil !== undefined) options.onGuestUp?.(record)
      record.guestDownUntil = undefined
    } catch (error) {
      throw refusals.cannotListen(listenTrouble(error as NodeJS.ErrnoException, listen))
    }
  }

  const stop = (record: ProxyRecord): void => {
    record.edge.stop()
    record.enabled = false
    record.downs++
  }

  const comeBack = (record: ProxyRecord, ms: number): void => {
    const { downs } = record
    after(ms, () => {
      const isDown = !record.enabled && isThere(record) && record.downs === downs
      // Its port may be taken by now; then it is tried again until it is free.
      if (isDown) inTurn(() => start(record)).catch(() => comeBack(record, retryMs))
    })
  }

  return { start, stop, comeBack }
}

/** Same place as resolved, same upstream; port 0 is always a new place. */
export const isSame = (
  record: ProxyRecord,
  { listen, upstream }: { listen: string; upstream: string },
): boolean =>
  record.upstream === upstream &&
  (record.listen === listen || record.listen === formatAddress(listenAddress(listen, false)))

/** @throws Refusal, in Go's words */
export function addressOf(text: string): HostPort {
  const address = parseAddress(text)
  if (typeof address === 'string') throw refusals.cannotListen(address)
  return address
}

/** No host: this machine; in Go, and so in compat, all its networks. */
function listenAddress(text: string, isWild: boolean): HostPort {
  const address = addressOf(text === '' ? ':0' : text)
  return isWild && /^(:|$)/.test(text) ? { ...address, host: '::' } : address
}
