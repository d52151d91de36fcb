// Lines to standard output, at the pace of whoever reads them.

import { once } from 'node:events'

/** Resolves when there is room for more; false when the reader is gone (`msvc logs | head`). */
export async function writeLine(text: string): Promise<boolean> {
  const { stdout } = process
  if (stdout.destroyed || stdout.errored !== null) return false
  if (!stdout.write(`${text}\n`)) await Promise.race([once(stdout, 'drain'), once(stdout, 'close')])
  return !stdout.destroyed && stdout.errored === null
}
