// Bearer tokens: who it is and until when, signed. `<base64url JSON>.<base64url HMAC-SHA256>`

import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Claims {
  subject: string
  /** Epoch milliseconds. */
  expiresAt: number
}

export function signToken(claims: Claims, secret: string): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${payload}.${sign(payload, secret).toString('base64url')}`
}

/** `undefined` for a token that is forged, damaged or expired: the caller learns no more than that. */
export function verifyToken(token: string, secret: string, nowMs: number): Claims | undefined {
  const [payload, signature, ...rest] = token.split('.')
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined
  const expected = sign(payload, secret)
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  // Only we can have signed it, so it holds what we put in.
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
  return claims.expiresAt > nowMs ? claims : undefined
}

const sign = (payload: string, secret: string): Buffer =>
  createHmac('sha256', secret).update(payload).digest()
