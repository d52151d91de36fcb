// An issuer of tokens that a test plays, and a gateway that believes it.

import type { KeyObject } from 'node:crypto'
import type { TestContext } from 'node:test'
import { runForTest, runStandIn } from '@system/platform/testing'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { service } from '../src/service.ts'

export interface Key {
  kid: string
  privateKey: CryptoKey | KeyObject
  jwk: object
}

export async function makeKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } }
}

export const nowS = () => Math.floor(Date.now() / 1000)

export const claims = (): JWTPayload => ({
  sub: 'ada',
  iss: 'issuer',
  aud: 'shop',
  exp: nowS() + 600,
  scope: 'orders:read',
})

export const sign = (key: Key, payload: JWTPayload, alg = 'EdDSA') =>
  new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid }).sign(key.privateKey)

/** An issuer whose keys a test changes, and a gateway that believes it. */
export async function runGateway(t: TestContext, keys: Key[], env: Record<string, string> = {}) {
  const order = await runStandIn(t, () => ({ status: 200, body: { id: 'o1' } }))
  const issuer = await runStandIn(t, () => ({ status: 200, body: { keys: keys.map(({ jwk }) => jwk) } }))
  const settings = { TOKEN_ISSUER: 'issuer', TOKEN_AUDIENCE: 'shop', JWKS_URL: issuer.url, RATE_LIMIT: '0' }
  const { url } = await runForTest(t, service, { ORDER_URL: order.url, ...settings, ...env })
  const read = (token?: string) =>
    fetch(`${url}/orders/o1`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  return { read, url, order, issuer }
}
