// Where the agent of a system listens: a socket that only its owner can reach.
//
// The folder is short because a socket's path may have about 100 bytes, and private (0700) because
// whoever can open the socket can break the fleet.

import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** The path of the socket; makes the folder, and refuses one that others could have made. */
export function agentSocketPath(root: string): string {
  const name = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16)
  return join(privateFolder(), `${name}.sock`)
}

/** Where the agent asks its proxies. */
export const proxySocketOf = (agentSocket: string): string => `${agentSocket}.proxy`

function privateFolder(): string {
  const { uid } = userInfo()
  const runtimeDir = process.env['XDG_RUNTIME_DIR']
  const isShort = runtimeDir !== undefined && runtimeDir !== '' && runtimeDir.length < 60
  const folder = join(isShort ? runtimeDir : tmpdir(), `msvc-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new Error(`${folder} is not a private folder of ours: remove it, or set XDG_RUNTIME_DIR`)
  }
  return folder
}
