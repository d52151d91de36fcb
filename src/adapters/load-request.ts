// One request, outside of the measurement: the setup steps of a scenario.

import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { retryAfterMs } from './retry-after.ts'

export interface SingleRequest {
  url: string
  method: string
  headers: Record<string, string>
  body: string | null
  timeoutMs: number
  /** Take any certificate. */
  isUnverified?: boolean
  signal?: AbortSignal
}

export interface SingleAnswer {
  status: number
  /** Status line and headers, a line each. */
  head: string
  body: string
  /** How long it asks us to stay away; null when it does not. */
  retryAfterMs: number | null
}

/** Rejects when there is no complete answer in time. */
export function sendOnce(single: SingleRequest): Promise<SingleAnswer> {
  const { method, headers, body, timeoutMs } = single
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = single.signal === undefined ? timeout : AbortSignal.any([single.signal, timeout])
  const url = new URL(single.url)
  const isSecure = url.protocol === 'https:'
  const request = isSecure ? requestSecure : requestPlain
  const verify = isSecure ? { rejectUnauthorized: single.isUnverified !== true } : {}
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers: { ...headers, ...length }, agent: false, signal, ...verify },
      (answer) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.on('error', reject)
        answer.on('end', () => {
          resolve({
            status: answer.statusCode ?? 0,
            head: headText(answer),
            body: Buffer.concat(pieces).toString('utf8'),
            retryAfterMs: retryAfterMs(answer.headers['retry-after'], Date.now()),
          })
        })
      },
    )
    outgoing.on('error', (error) => {
      reject(timeout.aborted ? new Error(`none within ${timeoutMs} ms`) : error)
    })
    outgoing.end(body ?? undefined)
  })
}

const headText = ({ httpVersion, statusCode, rawHeaders }: IncomingMessage): string =>
  [
    `HTTP/${httpVersion} ${statusCode}`,
    ...Array.from({ length: rawHeaders.length / 2 }, (_, index) =>
      rawHeaders.slice(2 * index, 2 * index + 2).join(': '),
    ),
  ].join('\r\n')
