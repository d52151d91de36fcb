// .msvc/lock.json: which answers and which template made which file.
//
// The hashes are of the files as they were rendered, so that a later update can tell what the user
// changed since.

import type { Sha256, Tree } from './tree.ts'

export const lockPath = '.msvc/lock.json'

export interface Lock {
  version: 1
  cliVersion: string
  template: string
  answers: Record<string, unknown>
  /** Services added after the system was made, by name. */
  services?: Record<string, { cliVersion: string; template: string; answers: Record<string, unknown> }>
  files: Record<string, string>
}

export const hashesOf = (tree: Tree, sha256: Sha256): Record<string, string> =>
  Object.fromEntries(tree.map(({ path, content }) => [path, sha256(content)]))

export const lockText = (lock: Lock): string => `${JSON.stringify(inOrder(lock), null, 2)}\n`

/** The lock with a service and its files added.  */
export function lockWithService(
  lock: Lock,
  service: { name: string; cliVersion: string; template: string; answers: Record<string, unknown> },
  files: Record<string, string>,
): Lock {
  const { name, ...made } = service
  return {
    ...lock,
    services: { ...lock.services, [name]: made },
    files: { ...lock.files, ...files },
  }
}

// The long list of files stands last, so that a person finds the rest.
const inOrder = ({ files, ...rest }: Lock): Lock => ({ ...rest, files: sorted(files) })

const sorted = (files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
