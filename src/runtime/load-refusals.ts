// What a load run refuses before its first request, because of where it would go or what it would need.

import { openFilesLimit } from '../adapters/load-open-files.ts'
import { isPublicAddress } from '../adapters/load-target.ts'
import { errors } from '../errors.ts'

/** Throws `target-public` for an address that is neither of this machine nor of a private network. */
export function refusePublic(host: string, address: string): void {
  if (isPublicAddress(address)) throw errors.targetPublic(host, address)
}

/** Files that a process has open anyway: threads, logs, the run's own files. */
const spareFiles = 64

/** Throws `too-many-connections` when so many could not be open at once. */
export function refuseTooManyConnections(connections: number, limit = openFilesLimit()): void {
  if (limit !== null && connections + spareFiles > limit) throw errors.tooManyConnections(connections, limit)
}
