// The keys of the gateway's own token issuer, which is for development (DEV_TOKENS=1).
//
// Kept in the data folder, so that a restart turns nobody away. A new one is made each day; the one before
// is known for as long as a token of it can be valid, so that nobody is turned away by that either.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Clock } from '@system/platform'
import type { CryptoKey, JWK } from 'jose'
import { SignJWT } from 'jose/jwt/sign'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { importJWK } from 'jose/key/import'
import type { Keys } from './verify-token.ts'

export interface Issuer extends Keys {
  /** A token that allows `scope` to `subject` for a day. */
  issue(subject: string, scope: string): Promise<string>
  /** From now on tokens are signed with a new key; those of the old one stay valid. */
  rotate(): Promise<void>
  /** What `/.well-known/jwks.json` tells. */
  published(): { keys: JWK[] }
}

export interface IssuerOptions {
  folder: string
  issuer: string
  audience: string
  clock: Clock
}

interface SigningKey {
  kid: string
  /** Epoch milliseconds. */
  madeAt: number
  jwk: JWK
  privateKey: CryptoKey
  publicKey: CryptoKey
}

const dayMs = 24 * 60 * 60 * 1000
const tokenLifetimeMs = dayMs
const keyLifetimeMs = dayMs

export async function openIssuer({ folder, issuer, audience, clock }: IssuerOptions): Promise<Issuer> {
  const path = join(folder, 'signing-keys.json')
  // The newest first; replaced as a whole.
  let keys = await Promise.all(readStored(path).map(imported))
  if (keys.length === 0) await rotate()

  return { issue, rotate, find, published }

  async function issue(subject: string, scope: string): Promise<string> {
    const nowMs = clock.epochMs()
    if ((keys[0]?.madeAt ?? 0) + keyLifetimeMs < nowMs) await rotate()
    const [key] = keys as [SigningKey]
    return new SignJWT({ scope })
      .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
      .setSubject(subject)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(new Date(nowMs))
      .setExpirationTime(new Date(nowMs + tokenLifetimeMs))
      .sign(key.privateKey)
  }

  async function rotate(): Promise<void> {
    const nowMs = clock.epochMs()
    const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
    const made = await imported({ kid: randomUUID(), madeAt: nowMs, jwk: await exportJWK(privateKey) })
    // One signs for its lifetime at most, and what it signed last is valid for as long again.
    keys = [made, ...keys.filter(({ madeAt }) => madeAt + keyLifetimeMs + tokenLifetimeMs > nowMs)]
    store(
      path,
      keys.map(({ kid, madeAt, jwk }) => ({ kid, madeAt, jwk })),
    )
  }

  async function find(kid: string | undefined): Promise<CryptoKey | undefined> {
    return keys.find((key) => key.kid === kid)?.publicKey
  }

  function published(): { keys: JWK[] } {
    return {
      keys: keys.map(({ kid, jwk }) => ({ ...publicPart(jwk), kid, use: 'sig', alg: 'EdDSA' })),
    }
  }
}

type StoredKey = Pick<SigningKey, 'kid' | 'madeAt' | 'jwk'>

const publicPart = ({ kty, crv, x }: JWK): JWK => ({ kty, crv, x }) as JWK

async function imported(stored: StoredKey): Promise<SigningKey> {
  // A JWK of a key pair never becomes a Uint8Array, which is for shared secrets.
  const privateKey = (await importJWK(stored.jwk, 'EdDSA')) as CryptoKey
  const publicKey = (await importJWK(publicPart(stored.jwk), 'EdDSA')) as CryptoKey
  return { ...stored, privateKey, publicKey }
}

function readStored(path: string): StoredKey[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StoredKey[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Whole or not at all, and for nobody else to read. */
function store(path: string, keys: StoredKey[]): void {
  writeFileSync(`${path}.new`, JSON.stringify(keys), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
