// Toxiproxy's HTTP API, request → reply, with all that its clients rely on: which answers end in a newline,
// which errors are text, what a wrong verb gets. What only msvc has lies under /msvc/.

import type { ApiRequest } from './api-call.ts'
import { plain, refused, withHeaders, type ApiReply } from './api-reply.ts'
import { msvcRoutes } from './msvc-routes.ts'
import type { Proxies } from './proxies.ts'
import { isRefusal } from './refusal.ts'
import type { ToxicDesk } from './toxic-desk.ts'
import { toxiproxyRoutes } from './toxiproxy-routes.ts'

export interface ApiOptions {
  proxies: Proxies
  desk: ToxicDesk
  isCompat: boolean
  /** 20 characters that tell one request from all others. */
  requestId(): string
}

/** Every refusal is a reply; what rejects is a bug. */
export type Api = (request: ApiRequest) => Promise<ApiReply>

export function createApi({ proxies, desk, isCompat, requestId }: ApiOptions): Api {
  const routes = [...toxiproxyRoutes(proxies, desk), ...(isCompat ? [] : msvcRoutes(proxies, desk))]

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
