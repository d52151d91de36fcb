// The proxy put together: sockets, clock and API around what src/proxy decides.

import { systemClock } from '../adapters/clock.ts'
import { serveProxyApi, type ApiPlace } from '../adapters/proxy-api-server.ts'
import { after, tcpSockets } from '../adapters/proxy-sockets.ts'
import { systemRandom } from '../adapters/random.ts'
import { errors } from '../errors.ts'
import type { HostPort } from '../ports.ts'
import { formatAddress, isLoopback, listenTrouble } from '../proxy/address.ts'
import { createApi } from '../proxy/api.ts'
import { createProxies, type ProxyRequest } from '../proxy/proxies.ts'
import type { ProxyRecord } from '../proxy/proxy-record.ts'
import { isRefusal } from '../proxy/refusal.ts'
import { createToxicDesk, type Asker, type LeasePolicy, type Removal } from '../proxy/toxic-desk.ts'
import type { InstalledToxic } from '../proxy/installed-toxic.ts'

export interface ProxyOptions {
  /** Where the API is for everybody on this machine; undefined: nowhere. */
  api: HostPort | undefined
  /** A unix socket for the owner of the process, who may change what guests may not. */
  ownerSocket?: string
  /** Made at the start, for the owner. */
  proxies: readonly ProxyRequest[]
  /** All chance comes from it. */
  seed: number
  isCompat: boolean
  allowRemote: boolean
  lease?: LeasePolicy
  onBit?: (proxy: string, toxic: InstalledToxic) => void
  onSet?: (proxy: ProxyRecord, toxic: InstalledToxic, by: Asker) => void
  onRemoved?: (proxy: ProxyRecord, toxic: InstalledToxic, why: Removal) => void
  onGuestDown?: (proxy: ProxyRecord, cut: number) => void
  onGuestUp?: (proxy: ProxyRecord) => void
}

export interface RunningProxy extends AsyncDisposable {
  /** Where the API really is. */
  api: string | undefined
  proxies(): ProxyRecord[]
}

const longestLeaseMs = 15 * 60_000

/** @throws errors.cannotProxy when an address cannot be had */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const { api, ownerSocket, seed, isCompat, allowRemote, onBit = () => {}, onRemoved = () => {} } = options
  const lease = options.lease ?? { defaultMs: undefined, longestMs: longestLeaseMs }
  const clock = systemClock
  const proxies = createProxies({
    sockets: tcpSockets,
    after,
    clock,
    seed,
    isCompat,
    allowRemote,
    onBit,
    longestDownMs: lease.defaultMs,
    ...(options.onGuestDown && { onGuestDown: options.onGuestDown }),
    ...(options.onGuestUp && { onGuestUp: options.onGuestUp }),
  })
  const desk = createToxicDesk({
    after,
    clock,
    isCompat,
    lease,
    onRemoved,
    ...(options.onSet && { onSet: options.onSet }),
  })
  const handle = createApi({
    proxies,
    desk,
    isCompat,
    requestId: () => systemRandom.uuid().replaceAll('-', '').slice(0, 20),
  })

  await using started = new AsyncDisposableStack()
  started.defer(() => proxies.close())
  for (const request of options.proxies) {
    await proxies.create(request, true).catch((error: unknown) => {
      throw isRefusal(error) ? errors.cannotProxy(request.name, error.message) : error
    })
  }
  const serve = (place: ApiPlace, isOwner: boolean) =>
    serveProxyApi({ place, anyHost: allowRemote, handle: (request) => handle({ ...request, isOwner }) })

  let apiAddress: string | undefined
  if (api !== undefined) {
    if (!allowRemote && !isLoopback(api.host)) throw errors.remoteNeedsConsent(formatAddress(api))
    const server = await serve({ kind: 'tcp', address: api }, ownerSocket === undefined).catch(
      (error: NodeJS.ErrnoException) => {
        throw errors.cannotProxy('the API', listenTrouble(error, api))
      },
    )
    started.use(server)
    apiAddress = formatAddress(server.address!)
  }
  if (ownerSocket !== undefined) started.use(await serve({ kind: 'unix', path: ownerSocket }, true))

  const running = started.move()
  return {
    api: apiAddress,
    proxies: () => proxies.all(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
