// A customer who does not give up: places orders at the gateway, and repeats one that was not answered under
// the same key, as every client should. What was acknowledged is the promise that must be kept.

import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AcknowledgedOrder } from '../../src/chaos/invariants.ts'

export interface OrdersClient {
  acknowledged: AcknowledgedOrder[]
  /** Answers that were asked for again, because there was none or it was no promise. */
  repeated: number
  /** Places orders, some at a time, until the signal aborts. */
  run(url: string, signal: AbortSignal): Promise<void>
  /** Asks again for orders that were acknowledged long ago. */
  repeatSome(url: string, count: number): Promise<void>
}

const atOnce = 8
const pauseMs = 15

export function createOrdersClient(): OrdersClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  let token = ''
  const client: OrdersClient = {
    acknowledged: [],
    repeated: 0,
    async run(url, signal) {
      await Promise.all(Array.from({ length: atOnce }, () => placeUntil(url, signal)))
    },
    async repeatSome(url, count) {
      const { acknowledged } = client
      const step = Math.max(1, Math.floor(acknowledged.length / count))
      const chosen = acknowledged.filter((_, index) => index % step === 0)
      await Promise.all(chosen.map(({ key }) => ask(url, key)))
    },
  }
  return client

  async function placeUntil(url: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const key = randomUUID()
      while (!(await ask(url, key))) {
        client.repeated++
        if (signal.aborted) return
        await sleep(50)
      }
      await sleep(pauseMs)
    }
  }

  /** True when the order is acknowledged or declined: there is an answer for good. */
  async function ask(url: string, key: string): Promise<boolean> {
    try {
      token ||= (await post(`${url}/token`, {}, {})).body['token'] as string
      const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key }
      const { status, body } = await post(`${url}/orders`, headers, {
        sku: 'book',
        quantity: 1,
        amountCents: 1999,
      })
      if (status === 201 || status === 202) {
        const id = typeof body['id'] === 'string' ? body['id'] : null
        client.acknowledged.push({ arrival: client.acknowledged.length, key, id })
        return true
      }
      if (status === 401) token = ''
      return status === 402
    } catch (error) {
      // No answer: refused, reset, or not in time. It may have been placed all the same.
      if (error instanceof Error) return false
      throw error
    }
  }

  function post(
    url: string,
    headers: Record<string, string>,
    body: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    return new Promise((resolve, reject) => {
      const options = {
        method: 'POST',
        agent,
        timeout: 5000,
        headers: { 'content-type': 'application/json', ...headers },
      }
      const question = request(url, options, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          try {
            resolve({
              status: answer.statusCode ?? 0,
              body: JSON.parse(text || '{}') as Record<string, unknown>,
            })
          } catch (error) {
            reject(error as Error)
          }
        })
      })
      question.on('timeout', () => question.destroy(new Error('no answer in time')))
      question.on('error', reject)
      question.end(JSON.stringify(body))
    })
  }
}
