// The public keys of whoever issues the tokens, from its JWKS URL.
//
// A key that is not known is asked for, so a new one works from its first token on. An issuer that is away
// costs nothing: what is known stays known.
//
//   unknown key id ─▶ wait for the answer under way ─▶ still unknown ─▶ wait for the next one ─▶ 401
//
// Who sends made-up key ids can have us ask twice a second, no more. Meanwhile every unknown one waits: to
// refuse them at once would turn away whoever comes with a key that is really new.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Logger } from '@system/platform'
import type { CryptoKey, JWK } from 'jose'
import { importJWK } from 'jose/key/import'
import type { Keys } from './verify-token.ts'

export interface RemoteKeysOptions {
  url: string
  clock: Clock
  log: Logger
}

const pauseMs = 500
const staleAfterMs = 5 * 60_000
const answerWithinMs = 3000
const maxBytes = 256 * 1024

export function createRemoteKeys({ url, clock, log }: RemoteKeysOptions): Keys {
  let known = new Map<string, CryptoKey>()
  let askedAtMs = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined
  let next: Promise<void> | undefined

  return {
    async find(kid) {
      if (kid === undefined) return undefined
      const key = known.get(kid)
      if (key !== undefined) {
        if (clock.monotonicMs() - askedAtMs > staleAfterMs) void ask()
        return key
      }
      await asking
      // It may have been answered before the key was there.
      if (!known.has(kid)) await (next ??= askNext())
      return known.get(kid)
    },
  }

  async function askNext(): Promise<void> {
    await sleep(Math.max(0, askedAtMs + pauseMs - clock.monotonicMs()))
    // Who comes from now on is too late for this one.
    next = undefined
    await ask()
  }

  function ask(): Promise<void> {
    if (asking !== undefined) return asking
    askedAtMs = clock.monotonicMs()
    asking = refresh().finally(() => (asking = undefined))
    return asking
  }

  async function refresh(): Promise<void> {
    try {
      known = await readKeys(url)
    } catch (error) {
      log.warn({ err: error, url }, 'keys of the token issuer could not be read; those known are used')
    }
  }
}

async function readKeys(url: string): Promise<Map<string, CryptoKey>> {
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
