// What `msvc load` refuses before its first request.

import { spawnSync } from 'node:child_process'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../fixtures/rendered-system.ts'

async function load(...words: string[]): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-load-'))
  const argv = [join(repository, 'bin/dev.js'), 'load', 'http://127.0.0.1:1/', ...words]
  const env = { ...process.env, XDG_STATE_HOME: folder.path }
  return spawnSync(process.execPath, argv, { cwd: folder.path, env, encoding: 'utf8' }).stderr
}

test.each([
  ['--rps', '5'],
  ['--stages', '1s:5'],
  ['--rps', '5', '--wave', '1/1s'],
])('any schedule may be compared with a run that was recorded: %s %s', async (...schedule) => {
  expect(await load(...schedule, '--baseline', 'a1b2')).toMatch(/^Error: There is no run a1b2\./)
})

test('a flag that would not be heeded is told, a default is none', async () => {
  expect(await load('-c', '5', '--engine', 'msvc', '--junit', 'x.xml')).toMatch(/^Error: --junit would not/)
  expect(await load('--stages', '1s:5', '-d', '3s')).toMatch(/^Error: --duration would not be heeded/)
})
