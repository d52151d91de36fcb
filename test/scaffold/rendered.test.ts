// A rendered system is what it promises to be: it type-checks and its own tests pass, as generated.
//
// Rendered inside the repository, where its dependencies are found further up; only its own packages are
// linked, because Node strips no types below node_modules but follows links out of it.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { newService, newSystem, type NewOptions } from '../../src/runtime/new.ts'

const run = promisify(execFile)
const repository = fileURLToPath(new URL('../..', import.meta.url))

async function insideTheRepository(): Promise<{ path: string } & AsyncDisposable> {
  await mkdir(join(repository, '.tmp'), { recursive: true })
  const path = await mkdtemp(join(repository, '.tmp', 'rendered-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function linkPackages(root: string): Promise<void> {
  const scope = join(root, 'node_modules', '@system')
  await mkdir(scope, { recursive: true })
  await symlink('../../platform', join(scope, 'platform'))
}

const optionsIn = (folder: string): NewOptions => ({
  folder,
  cliVersion: '1.2.3',
  dryRun: false,
  install: false,
  git: false,
  progress: () => {},
})

async function checkAndTest(root: string): Promise<number> {
  await run(join(repository, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { cwd: root })
  const { stdout } = await run(
    process.execPath,
    ['--test', '--test-reporter=tap', 'platform/test/*.test.ts', 'services/*/test/*.test.ts'],
    { cwd: root, env: { ...process.env, NODE_TEST_CONTEXT: undefined }, timeout: 120_000 },
  )
  expect(stdout).toMatch(/^# fail 0$/m)
  return Number(/^# pass (\d+)$/m.exec(stdout)?.[1])
}

test('a system with an added service type-checks and passes its tests', { tags: ['slow'] }, async () => {
  await using place = await insideTheRepository()
  await newSystem('shop', optionsIn(place.path))
  const root = join(place.path, 'shop')
  await newService({ name: 'refunds', template: 'blank' }, optionsIn(root))
  await linkPackages(root)
  expect(await readdir(join(root, 'services'))).toHaveLength(5)
  expect(await checkAndTest(root)).toBeGreaterThan(10)
})

test('a system of one type-checks and passes its tests', { tags: ['slow'] }, async () => {
  await using place = await insideTheRepository()
  await newService({ name: 'refunds', template: 'blank' }, optionsIn(place.path))
  await linkPackages(join(place.path, 'refunds'))
  expect(await checkAndTest(join(place.path, 'refunds'))).toBeGreaterThan(0)
})
