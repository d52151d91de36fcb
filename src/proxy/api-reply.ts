// The replies of the API, each in the form that Toxiproxy's clients expect of it.

import { encode } from './go-json.ts'
import type { Refusal } from './refusal.ts'

export interface ApiReply {
  status: number
  contentType?: string
  headers: Record<string, string>
  body: string
}

export const reply = (status: number, body: string, contentType: string): ApiReply => ({
  status,
  contentType,
  headers: {},
  body,
})

export const json = (status: number, body: string): ApiReply => reply(status, body, 'application/json')

export const nothing = (): ApiReply => ({ status: 204, headers: {}, body: '' })

/** As Go's http.Error: text, whatever it looks like. */
export const plain = (status: number, body: string): ApiReply => ({
  ...reply(status, body, 'text/plain; charset=utf-8'),
  headers: { 'x-content-type-options': 'nosniff' },
})

export const refused = ({ message, status }: Refusal): ApiReply =>
  plain(status, `${encode({ error: message, status })}\n`)

export const withHeaders = (given: ApiReply, headers: Record<string, string>): ApiReply => ({
  ...given,
  headers: { ...given.headers, ...headers },
})
