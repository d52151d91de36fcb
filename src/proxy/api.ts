// Toxiproxy's HTTP API, request → reply, with all that its clients rely on: which answers end in a newline,
// which errors are text, what a wrong verb gets. What only msvc has lies under /msvc/.

import { json, nothing, plain, refused, reply, withHeaders, type ApiReply } from './api-reply.ts'
import { encode, encodeObject } from './go-json.ts'
import { metricsText } from './metrics.ts'
import type { Proxies, ProxyRecord } from './proxies.ts'
import { readProxies, readProxy, readProxyChanges } from './read-proxy.ts'
import { isRefusal, refusals } from './refusal.ts'
import { bodyObject, decodeBody, numberField, stringField } from './request-body.ts'
import { statusOf } from './status.ts'
import type { Asker, ToxicDesk } from './toxic-desk.ts'
import { proxyJson, toxicJson, toxicsJson } from './wire.ts'

export interface ApiRequest {
  method: string
  /** As it came, still escaped, without the query. */
  path: string
  userAgent: string
  /** The header X-Msvc-Ttl-Ms. */
  ttlMs: string | undefined
  body: string
  /** Came by the way that only the owner of the process has. */
  isOwner: boolean
}

export interface ApiOptions {
  proxies: Proxies
  desk: ToxicDesk
  isCompat: boolean
  /** 20 characters that tell one request from all others. */
  requestId(): string
}

/** Toxiproxy's, which clients compare. */
const version = '2.12.0'

interface Call {
  request: ApiRequest
  /** Name of the proxy in the path. */
  proxy: string
  /** Name of the toxic in the path. */
  toxic: string
}

type Handler = (call: Call) => Promise<ApiReply> | ApiReply

/** Every refusal is a reply; what rejects is a bug. */
export type Api = (request: ApiRequest) => Promise<ApiReply>

export function createApi({ proxies, desk, isCompat, requestId }: ApiOptions): Api {
  const show = (record: ProxyRecord): string => proxyJson(record, desk.list(record))

  const routes: [pattern: RegExp, handlers: Record<string, Handler>][] = [
    [
      /^\/version$/,
      { GET: () => reply(200, `{"version": "${version}"}\n`, 'application/json;charset=utf-8') },
    ],
    [
      /^\/reset$/,
      {
        async POST() {
          await proxies.enableAll()
          for (const record of proxies.all()) desk.removeAll(record)
          return nothing()
        },
      },
    ],
    [
      /^\/proxies$/,
      {
        GET: () => json(200, encodeObject(proxies.all().map((record) => [record.name, show(record)]))),
        async POST({ request }) {
          const wanted = readProxy(decodeBody(request.body))
          return json(201, show(await proxies.create(wanted, request.isOwner)))
        },
      },
    ],
    [
      /^\/populate$/,
      { POST: ({ request }) => populate(request).catch((error: unknown) => populated([], error)) },
    ],
    [
      /^\/proxies\/(?<proxy>[^/]+)$/,
      {
        GET: ({ proxy }) => json(200, show(proxies.get(proxy))),
        POST: updateProxy,
        PATCH: updateProxy,
        async DELETE({ proxy, request }) {
          await proxies.remove(proxy, request.isOwner)
          return nothing()
        },
      },
    ],
    [
      /^\/proxies\/(?<proxy>[^/]+)\/toxics$/,
      {
        GET: ({ proxy }) => json(200, toxicsJson(desk.list(proxies.get(proxy)))),
        POST({ proxy, request }) {
          const record = proxies.get(proxy)
          const body = decodeBody(request.body)
          return json(200, toxicJson(desk.add(record, body, askerOf(request, body))))
        },
      },
    ],
    [
      /^\/proxies\/(?<proxy>[^/]+)\/toxics\/(?<toxic>[^/]+)$/,
      {
        GET: ({ proxy, toxic }) => json(200, toxicJson(desk.get(proxies.get(proxy), toxic))),
        POST: updateToxic,
        PATCH: updateToxic,
        DELETE({ proxy, toxic }) {
          desk.remove(proxies.get(proxy), toxic)
          return nothing()
        },
      },
    ],
    ...(isCompat ? [] : ours()),
  ]

  function ours(): typeof routes {
    return [
      [/^\/metrics$/, { GET: () => reply(200, metricsText(proxies.all()), 'text/plain; version=0.0.4') }],
      [/^\/msvc\/status$/, { GET: () => json(200, encode(statusOf(proxies.all(), desk))) }],
      [
        /^\/msvc\/proxies\/(?<proxy>[^/]+)\/upstream$/,
        {
          async POST({ proxy, request }) {
            const upstream =
              stringField(bodyObject(decodeBody(request.body), 'toxiproxy.Proxy'), 'upstream') ?? ''
            return json(200, show(await proxies.moveTo(proxy, upstream, request.isOwner)))
          },
        },
      ],
      [
        /^\/msvc\/proxies\/(?<proxy>[^/]+)\/wait$/,
        {
          POST({ proxy, request }) {
            proxies.wait(proxy, timeOf(request), request.isOwner)
            return nothing()
          },
        },
      ],
      [
        /^\/msvc\/proxies\/(?<proxy>[^/]+)\/down$/,
        {
          async POST({ proxy, request }) {
            const cut = await proxies.takeDown(proxy, timeOf(request), request.isOwner)
            return json(200, encode({ cut }))
          },
        },
      ],
    ]
  }

  async function updateProxy({ proxy, request }: Call): Promise<ApiReply> {
    proxies.get(proxy)
    const changes = readProxyChanges(decodeBody(request.body))
    return json(200, show(await proxies.update(proxy, changes, request.isOwner)))
  }

  function updateToxic({ proxy, toxic, request }: Call): ApiReply {
    const record = proxies.get(proxy)
    desk.get(record, toxic)
    const body = decodeBody(request.body)
    return json(200, toxicJson(desk.update(record, toxic, body, askerOf(request, body))))
  }

  async function populate(request: ApiRequest): Promise<ApiReply> {
    const wanted = readProxies(decodeBody(request.body))
    const done = await proxies.populate(wanted, request.isOwner)
    return populated(done.proxies, done.failure)
  }

  /** Errors carry the proxies that were made before, and are JSON here, and only here. */
  function populated(made: readonly ProxyRecord[], failure: unknown): ApiReply {
    if (failure !== undefined && !isRefusal(failure)) throw failure
    const shown: [string, string] = ['proxies', made.length === 0 ? 'null' : `[${made.map(show).join(',')}]`]
    if (failure === undefined) return json(201, encodeObject([shown]))
    const { message, status } = failure
    return json(status, encodeObject([['error', encode(message)], ['status', encode(status)], shown]))
  }

  return async (request) => {
    let path: string
    try {
      path = decodeURIComponent(request.path)
    } catch (error) {
      if (!(error instanceof URIError)) throw error
      return plain(400, '400 Bad Request')
    }
    const route = routes.find(([pattern]) => pattern.test(path))
    if (route === undefined) return plain(404, '404 page not found\n')
    const [pattern, handlers] = route
    const handler = Object.hasOwn(handlers, request.method) ? handlers[request.method] : undefined
    if (handler === undefined) return { status: 405, headers: {}, body: '' }
    const { proxy = '', toxic = '' } = pattern.exec(path)?.groups ?? {}
    const id = { 'x-toxiproxy-request-id': requestId() }
    if (request.userAgent.startsWith('Mozilla/'))
      return withHeaders(plain(403, 'User agent not allowed\n'), id)
    try {
      return withHeaders(await handler({ request, proxy, toxic }), id)
    } catch (error) {
      if (!isRefusal(error)) throw error
      return withHeaders(refused(error), id)
    }
  }
}

/** A time that has to be said. */
function timeOf(request: ApiRequest): number {
  const ms = ttlOf(request, decodeBody(request.body))
  if (ms === undefined || !(ms > 0)) throw refusals.badBody('ttlMs is needed: how many milliseconds')
  return ms
}

const askerOf = (request: ApiRequest, body: unknown): Asker => ({
  ttlMs: ttlOf(request, body),
  isOwner: request.isOwner,
})

/** Only ours: how long a toxic lives, as a header or beside its attributes. */
function ttlOf({ ttlMs }: ApiRequest, body: unknown): number | undefined {
  if (ttlMs !== undefined) return ttlMs.trim() === '' ? Number.NaN : Number(ttlMs)
  return numberField(bodyObject(body, 'toxics.ToxicWrapper'), 'ttlMs')
}
