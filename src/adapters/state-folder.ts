// Where msvc keeps what belongs to no system: the XDG state folder.

import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const stated = environment['XDG_STATE_HOME']
  // The specification says to ignore a relative one.
  const base = stated !== undefined && isAbsolute(stated) ? stated : join(homedir(), '.local', 'state')
  return join(base, 'msvc')
}
