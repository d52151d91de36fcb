// What a route of the API is given, and what it may ask of it.

import type { ApiReply } from './api-reply.ts'
import { refusals } from './refusal.ts'
import { bodyObject, decodeBody, numberField } from './request-body.ts'
import type { Asker } from './toxic-desk.ts'

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

export interface Call {
  request: ApiRequest
  /** Name of the proxy in the path. */
  proxy: string
  /** Name of the toxic in the path. */
  toxic: string
}

export type Handler = (call: Call) => Promise<ApiReply> | ApiReply

export type Route = readonly [pattern: RegExp, handlers: Readonly<Record<string, Handler>>]

/** A time that has to be said. */
export function timeOf(request: ApiRequest): number {
  const ms = ttlOf(request, decodeBody(request.body))
  if (ms === undefined || !(ms > 0)) throw refusals.badBody('ttlMs is needed: how many milliseconds')
  return ms
}

export const askerOf = (request: ApiRequest, body: unknown): Asker => ({
  ttlMs: ttlOf(request, body),
  isOwner: request.isOwner,
})

/** Only ours: how long a toxic lives, as a header or beside its attributes. */
function ttlOf({ ttlMs }: ApiRequest, body: unknown): number | undefined {
  if (ttlMs !== undefined) return ttlMs.trim() === '' ? Number.NaN : Number(ttlMs)
  return numberField(bodyObject(body, 'toxics.ToxicWrapper'), 'ttlMs')
}
