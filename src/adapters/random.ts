// The machine's chance.

import { randomBytes, randomUUID } from 'node:crypto'
import type { Random } from '../ports.ts'

export const systemRandom: Random = {
  fraction: () => Math.random(),
  uuid: () => randomUUID(),
}

/** A secret of 256 bits, as text. */
export const secret = (): string => randomBytes(32).toString('base64url')
