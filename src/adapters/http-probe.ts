// Small requests to the services' own endpoints, each on a connection of its own: a kept connection to
// a killed service would answer for the dead.

import { get, request, type IncomingMessage } from 'node:http'
import type { Http, HttpAnswer } from '../ports.ts'

const maximumBody = 1_000_000

export const probeHttp: Http = {
  async get(url, timeoutMs, headers) {
    const answer = await open(url, AbortSignal.timeout(timeoutMs), headers)
    return { status: answer.statusCode ?? 0, body: await text(answer) }
  },

  async follow(url, onMessage, signal) {
    const answer = await open(url, signal, { accept: 'text/event-stream' })
    if (answer.statusCode !== 200) {
      answer.destroy()
      throw new Error(`${url} answered ${answer.statusCode}`)
    }
    onMessage()
    // Every message means "look again"; which it was does not matter, so nothing is parsed.
    for await (const _ of answer) onMessage()
  },
}

/** For the admin routes that change something. Rejects when there is no answer in time. */
export async function postJson(url: string, body: unknown, timeoutMs: number): Promise<HttpAnswer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'content-type': 'application/json' },
    }
    request(url, options, resolve).on('error', reject).end(JSON.stringify(body))
  })
  return { status: answer.statusCode ?? 0, body: await text(answer) }
}

const open = (url: string, signal: AbortSignal, headers = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false, signal, headers }, resolve).on('error', reject)
  })

async function text(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maximumBody) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
