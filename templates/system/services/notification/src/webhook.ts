// SMS or push by a provider with an HTTP API: one POST a message, with its id as the Idempotency-Key.

import { MessageRefused, type Channel } from './channel.ts'

/** undici is loaded only here, so that who has no such provider does not pay for it. */
export async function openWebhook(url: string): Promise<Channel> {
  const { request } = await import('undici')
  return {
    via: 'webhook',
    async send(message, signal) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': message.id }
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers,
        body: JSON.stringify(message),
        signal,
      })
      await body.dump()
      if (statusCode >= 200 && statusCode < 300) return
      const reason = `the ${message.channel} provider answered ${statusCode}`
      const isFinal = statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429
      throw isFinal ? new MessageRefused(reason) : new Error(reason)
    },
    close: () => Promise.resolve(),
  }
}
