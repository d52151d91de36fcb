// The public keys of whoever issues the tokens, from its JWKS URL.
//
// A key that is not known is asked for, so a new one works from its first token on. An issuer that is away
// costs nothing: what is known stays known. And who sends made-up key ids cannot make us ask all the time.

import type { Clock, Logger } from '@system/platform'
import { importJWK, type CryptoKey, type JWK } from 'jose'
import type { Keys } from './verify-token.ts'

export interface RemoteKeysOptions {
  url: string
  clock: Clock
  log: Logger
}

const askAgainAfterMs = 5000
const staleAfterMs = 5 * 60_000
const answerWithinMs = 3000
const maxBytes = 256 * 1024

export function createRemoteKeys({ url, clock, log }: RemoteKeysOptions): Keys {
  let known = new Map<string, CryptoKey>()
  let askedAtMs = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  return {
    async find(kid) {
      if (kid === undefined) return undefined
      const key = known.get(kid)
      const ageMs = clock.monotonicMs() - askedAtMs
      // The one who waits is who brings an unknown key; everybody else goes on with what is known.
      if (key === undefined && (asking !== undefined || ageMs > askAgainAfterMs)) await refreshed()
      else if (ageMs > staleAfterMs) void refreshed()
      return known.get(kid)
    },
  }

  function refreshed(): Promise<void> {
    askedAtMs = asking === undefined ? clock.monotonicMs() : askedAtMs
    asking ??= refresh().finally(() => (asking = undefined))
    return asking
  }

  async function refresh(): Promise<void> {
    try {
      known = await ask(url)
    } catch (error) {
      log.warn({ err: error, url }, 'keys of the token issuer could not be read; those known are used')
    }
  }
}

async function ask(url: string): Promise<Map<string, CryptoKey>> {
  const { request } = await import('undici') // a start with keys of its own does without
  const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(answerWithinMs) })
  let text = ''
  for await (const chunk of body.setEncoding('utf8')) {
    text += chunk
    if (text.length > maxBytes) throw new Error(`more than ${maxBytes} bytes`)
  }
  if (statusCode !== 200) throw new Error(`answered ${statusCode}`)
  const { keys } = JSON.parse(text) as { keys: JWK[] }
  // Others are for other purposes, or for algorithms that we do not accept.
  const ours = keys.filter(({ kid, crv, use }) => kid && crv === 'Ed25519' && (use ?? 'sig') === 'sig')
  return new Map(
    await Promise.all(
      ours.map(async (key): Promise<[string, CryptoKey]> => [
        key.kid ?? '',
        (await importJWK(key, 'EdDSA')) as CryptoKey,
      ]),
    ),
  )
}
