// Where the secret that signs tokens comes from: TOKEN_SECRET, or for development a random one that
// is kept in the data folder, so that a restart of the gateway does not turn everybody away.

import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SecretOptions {
  secret: string | undefined
  isDevelopment: boolean
  folder: string
}

export function tokenSecret({ secret, isDevelopment, folder }: SecretOptions): string {
  if (secret !== undefined) return secret
  if (!isDevelopment)
    throw new Error('TOKEN_SECRET is not set, and only development (DEV_TOKENS=1) goes without')
  const path = join(folder, 'token-secret')
  return readIfExists(path) ?? create(path)
}

function create(path: string): string {
  const secret = randomBytes(32).toString('base64url')
  writeFileSync(path, secret, { mode: 0o600 })
  return secret
}

function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
