// What only msvc has in its API: metrics, what the proxies see, and what their owner may do with them.

import { timeOf, type Route } from './api-call.ts'
import { json, nothing, reply } from './api-reply.ts'
import { encode } from './go-json.ts'
import { metricsText } from './metrics.ts'
import type { Proxies } from './proxies.ts'
import { bodyObject, decodeBody, stringField } from './request-body.ts'
import { statusOf } from './status.ts'
import type { ToxicDesk } from './toxic-desk.ts'
import { proxyJson } from './wire.ts'

export function msvcRoutes(proxies: Proxies, desk: ToxicDesk): Route[] {
  return [
    [/^\/metrics$/, { GET: () => reply(200, metricsText(proxies.all()), 'text/plain; version=0.0.4') }],
    [/^\/msvc\/status$/, { GET: () => json(200, encode(statusOf(proxies.all(), desk))) }],
    [
      /^\/msvc\/proxies\/(?<proxy>[^/]+)\/upstream$/,
      {
        async POST({ proxy, request }) {
          const upstream =
            stringField(bodyObject(decodeBody(request.body), 'toxiproxy.Proxy'), 'upstream') ?? ''
          const record = await proxies.moveTo(proxy, upstream, request.isOwner)
          return json(200, proxyJson(record, desk.list(record)))
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
