// Who a bearer token speaks for. A token costs one check of its signature; then it is remembered for a
// minute at most, never beyond its own end, and under its hash, so that no token stands in our memory.

import { hash } from 'node:crypto'
import type { Clock } from '@system/platform'
// By its parts: the rest of it, encryption above all, is for nothing here.
import type { CryptoKey } from 'jose'
import { JOSEError, JWKSNoMatchingKey } from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'

export interface Keys {
  find(kid: string | undefined): Promise<CryptoKey | undefined>
}

export interface Caller {
  subject: string
  /** The subject as a header can carry it, whatever letters it has. */
  encodedSubject: string
  scopes: ReadonlySet<string>
}

export interface VerifierOptions {
  keys: Keys
  issuer: string
  audience: string
  clock: Clock
  /** How many tokens are remembered. */
  remembered?: number
}

export interface Verifier {
  /** Without waiting, when the token was checked a moment ago. */
  recall(token: string): Caller | undefined
  /** `undefined` for a token that is not valid, whatever the reason: whoever made it up learns nothing. */
  verify(token: string): Promise<Caller | undefined>
}

const longestToken = 4096
const rememberedForMs = 60_000
const toleranceS = 5

export function createVerifier(options: VerifierOptions): Verifier {
  const { keys, issuer, audience, clock, remembered = 10_000 } = options
  const callers = new Map<string, { caller: Caller; untilMs: number }>()

  return {
    recall(token) {
      const entry = callers.get(keyOf(token))
      return entry !== undefined && entry.untilMs > clock.epochMs() ? entry.caller : undefined
    },
    async verify(token) {
      if (token.length > longestToken) return undefined
      const claims = await checked(token)
      if (claims === undefined) return undefined
      const { subject, scope } = claims
      const encodedSubject = encodeURIComponent(subject.toWellFormed())
      const caller = { subject, encodedSubject, scopes: new Set(scope.split(' ')) }
      remember(keyOf(token), caller, claims.endsAtMs)
      return caller
    },
  }

  async function checked(token: string) {
    try {
      const { payload } = await jwtVerify(token, keyFor, {
        // Named here and not taken from the token: neither `none` nor a shared secret is ever accepted.
        // The two are one: RFC 9864 has given EdDSA, with this curve, the name of the curve.
        algorithms: ['EdDSA', 'Ed25519'],
        issuer,
        audience,
        clockTolerance: toleranceS,
        currentDate: new Date(clock.epochMs()),
        requiredClaims: ['exp', 'sub'],
      })
      const { sub, scope, exp } = payload
      if (typeof sub !== 'string' || sub === '' || exp === undefined) return undefined
      return { subject: sub, scope: typeof scope === 'string' ? scope : '', endsAtMs: exp * 1000 }
    } catch (error) {
      if (error instanceof JOSEError) return undefined
      throw error
    }
  }

  async function keyFor({ kid }: { kid?: string }): Promise<CryptoKey> {
    const key = await keys.find(kid)
    if (key === undefined) throw new JWKSNoMatchingKey()
    return key
  }

  function remember(key: string, caller: Caller, endsAtMs: number): void {
    // Oldest first is the order of a Map.
    const [oldest] = callers.size >= remembered ? callers.keys() : []
    if (oldest !== undefined) callers.delete(oldest)
    callers.set(key, { caller, untilMs: Math.min(endsAtMs, clock.epochMs() + rememberedForMs) })
  }
}

const keyOf = (token: string): string => hash('sha256', token, 'base64')
