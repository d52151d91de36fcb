// The routes of Toxiproxy's HTTP API, as its clients rely on them.

import { askerOf, type ApiRequest, type Call, type Route } from './api-call.ts'
import { json, nothing, reply, type ApiReply } from './api-reply.ts'
import { encode, encodeObject } from './go-json.ts'
import type { Proxies } from './proxies.ts'
import type { ProxyRecord } from './proxy-record.ts'
import { readProxies, readProxy, readProxyChanges } from './read-proxy.ts'
import { isRefusal } from './refusal.ts'
import { decodeBody } from './request-body.ts'
import type { ToxicDesk } from './toxic-desk.ts'
import { proxyJson, toxicJson, toxicsJson } from './wire.ts'

/** Toxiproxy's, which clients compare. */
const version = '2.12.0'

export function toxiproxyRoutes(proxies: Proxies, desk: ToxicDesk): Route[] {
  const show = (record: ProxyRecord): string => proxyJson(record, desk.list(record))

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

  return [
    [
      /^\/version$/,
      { GET: () => reply(200, `{"version": "${version}"}\n`, 'application/json;charset=utf-8') },
    ],
    [
      /^\/reset$/,
      {
        async POST({ request: { isOwner } }) {
          await proxies.enableAll(isOwner)
          for (const record of proxies.all()) desk.removeAll(record, isOwner)
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
        DELETE({ proxy, toxic, request }) {
          desk.remove(proxies.get(proxy), toxic, request.isOwner)
          return nothing()
        },
      },
    ],
  ]
}
