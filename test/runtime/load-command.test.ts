// What `msvc load` refuses before its first request.

import { spawnSync } from 'node:child_process'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scheduleOf } from '../../src/load/schedule.ts'
import { repository } from '../fixtures/rendered-system.ts'

async function load(...words: string[]): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-load-'))
  return typedIn(folder.path, words).stderr
}

function typedIn(cwd: string, words: string[]) {
  const argv = [join(repository, 'bin/dev.js'), 'load', 'http://127.0.0.1:1/', ...words]
  const env = { ...process.env, XDG_STATE_HOME: cwd }
  return spawnSync(process.execPath, argv, { cwd, env, encoding: 'utf8' })
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

const chance = (seed: number) => {
  const rate = { kind: 'constant', ratePerSecond: 100, durationMs: 1000 } as const
  return scheduleOf({ kind: 'rate', rate, arrivals: { kind: 'poisson', seed } }).arrivals
}

test('the seed is also that of the arrivals that a scenario has by chance', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-load-'))
  const schedule = 'executor: constant-arrival-rate, rate: 100, duration: 1s, arrivals: poisson'
  await writeFile(
    join(folder.path, 'chance.yaml'),
    `apiVersion: msvc/v1\nkind: Scenario\nname: a\nload: {${schedule}}\nrequests: [{name: a, path: /}]\n`,
  )
  const words = ['--scenario', 'chance.yaml', '--no-record', '--json', '--seed', '7']
  const { schedule: made } = JSON.parse(typedIn(folder.path, words).stdout) as { schedule: object }
  expect(chance(7)).not.toBe(chance(1))
  expect(made).toMatchObject({ arrivals: chance(7) })
})
