// What the user's own shell finds when they type a line. `npm run` puts folders of its own before their
// PATH, and there is our Node; those are left out.

import { execFile } from 'node:child_process'
import { access, constants, realpath } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** bin/run.js of this package: two folders up, from src/adapters and from dist/adapters alike. */
export const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** Whether `msvc` starts this very program. */
export async function findsMsvc(path = process.env['PATH']): Promise<boolean> {
  const found = await firstOnPath('msvc', path)
  return found !== undefined && (await realpath(found)) === (await realpath(program))
}

/** The version of the Node that `node` starts, as `20.20.2`; undefined when there is none. */
export async function userNode(path = process.env['PATH']): Promise<string | undefined> {
  const found = await firstOnPath('node', path)
  if (found === undefined) return undefined
  if ((await realpath(found)) === process.execPath) return process.versions.node
  const { stdout } = await promisify(execFile)(found, ['--version'])
  return stdout.trim().replace(/^v/, '')
}

async function firstOnPath(name: string, path = ''): Promise<string | undefined> {
  const folders = path.split(delimiter).filter((folder) => folder !== '' && !isOfNpm(folder))
  for (const folder of folders) {
    const candidate = join(folder, name)
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return candidate
  }
  return undefined
}

const isOfNpm = (folder: string): boolean => /[\\/](node_modules[\\/]\.bin|node-gyp-bin)[\\/]?$/.test(folder)
