// Asks a proxy over Toxiproxy's API: our own process through its unix socket, where only its owner may ask, or
// a server of somebody else through TCP.

import { Agent, request } from 'node:http'
import { errors } from '../errors.ts'
import type { HostPort } from '../ports.ts'

export interface ProxyOwner {
  /** Rejects when there is no answer in time, or when it says no (ProxyRefusal). */
  ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T>
  close(): void
}

/** The proxy's own "no", with its reason. */
export class ProxyRefusal extends Error {
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

const answerWithinMs = 5000

/** Our own process; one that ends in the middle of a question is told as such. */
export function proxyOwner(socketPath: string): ProxyOwner {
  const { ask, close } = asker({ socketPath })
  return {
    ask: (method, path, body) =>
      ask<never>(method, path, body).catch((error: NodeJS.ErrnoException) => {
        throw endedCodes.has(error.code ?? '') ? errors.proxiesEnded(error) : error
      }),
    close,
  }
}

const endedCodes = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ENOENT'])

export const toxiproxyApi = (address: HostPort): ProxyOwner => asker(address)

function asker(place: { socketPath: string } | HostPort): ProxyOwner {
  // Kept alive, a connection could be closed for being idle at the very moment of the next question.
  const agent = new Agent({ keepAlive: false, maxSockets: 4 })
  return {
    ask: (method, path, body) =>
      new Promise((resolve, reject) => {
        const signal = AbortSignal.timeout(answerWithinMs)
        const sent = request({ agent, ...place, method, path, signal }, (response) => {
          response
            .setEncoding('utf8')
            .toArray()
            .then((parts) => {
              const text = parts.join('')
              const status = response.statusCode ?? 0
              if (status >= 400) reject(new ProxyRefusal(status, reasonOf(text) ?? `status ${status}`))
              else resolve((text === '' ? undefined : JSON.parse(text)) as never)
            })
            .catch(reject)
        })
        sent.on('error', reject).end(body && JSON.stringify(body))
      }),
    close: () => agent.destroy(),
  }
}

function reasonOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: string }).error
  } catch {
    return undefined // not every error is JSON; its status tells enough
  }
}
