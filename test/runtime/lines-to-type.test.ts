// The lines that we suggest are typed here, in a shell that has an old Node or no msvc.

import { execFileSync } from 'node:child_process'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { linesToType } from '../../src/runtime/lines-to-type.ts'
import { repository } from '../fixtures/rendered-system.ts'
import { temporaryFolder } from '../scaffold/temporary-folder.ts'

interface Has {
  /** `node --version` of the user. */
  node?: string
  msvc?: boolean
}

/** A PATH for a user who has just that; our own folders are in front of it, as under `npm run`. */
async function pathOf(folder: string, { node, msvc }: Has): Promise<string> {
  const bin = join(folder, "Ada's bin")
  await mkdir(bin)
  if (node !== undefined) {
    await writeFile(join(bin, 'node'), `#!/bin/sh\necho ${node}\n`)
    await chmod(join(bin, 'node'), 0o755)
  }
  if (msvc) await symlink(join(repository, 'bin/run.js'), join(bin, 'msvc'))
  return `${join(repository, 'node_modules/.bin')}:${bin}`
}

const lines = ['cd shop', 'npm install', 'msvc up -d']

test.each<[string, Has, string[]]>([
  ['has all that is needed', { node: 'v24.15.0', msvc: true }, []],
  ['has a newer Node', { node: 'v26.1.0', msvc: true }, []],
  ['has an old Node', { node: 'v20.20.2', msvc: true }, ['export PATH=']],
  ['has a Node that is a little too old', { node: 'v24.14.9', msvc: true }, ['export PATH=']],
  ['has no Node', { msvc: true }, ['export PATH=']],
  ['has not linked msvc yet', { node: 'v24.15.0' }, ['alias msvc=']],
  ['has neither', { node: 'v20.20.2' }, ['export PATH=', 'alias msvc=']],
])('a user who %s', async (_, has, expected) => {
  await using temporary = await temporaryFolder()
  const typed = await linesToType(lines, await pathOf(temporary.path, has))
  expect(typed.slice(-3)).toEqual(lines)
  expect(typed.slice(0, -3).map((line) => line.replace(/=.*/, '='))).toEqual(expected)
})

test('lines that need neither get nothing in front', async () => {
  expect(await linesToType(['cd shop', 'git log'], '')).toEqual(['cd shop', 'git log'])
})

test('what is put in front works in a shell', async () => {
  await using temporary = await temporaryFolder()
  const path = await pathOf(temporary.path, { node: 'v20.20.2' })
  const [setPath = '', alias = ''] = await linesToType(lines, path)
  const input = [setPath, alias, 'node --version', 'msvc --version', ''].join('\n')
  const env = { PATH: `${path.split(':')[1]}:/usr/bin:/bin` }
  const said = execFileSync('sh', ['-s'], { input, env, encoding: 'utf8' })
  const version = `msvc/0.1.0 ${process.platform}-${process.arch} node-${process.version}`
  expect(said).toBe(`${process.version}\n${version}\n`)
  expect(setPath).toContain(dirname(process.execPath))
})
