// A rendered system is what it promises to be: it type-checks, its lint is clean and its own tests pass, as
// generated. These are the tests of the templates: each of them runs here, once, where its user will run it.
//
// Rendered inside the repository, where its dependencies are found further up; only its own packages are
// linked, because Node strips no types below node_modules but follows links out of it.

import { glob, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ownNodeFirst } from '../../src/adapters/npm-install.ts'
import { newService } from '../../src/runtime/new.ts'
import { quietly, renderedService, renderedSystem, repository } from '../fixtures/rendered-system.ts'

const templates = join(repository, 'templates')

async function testsIn(folder: string, patterns: string[]): Promise<string[]> {
  const found: string[] = []
  for await (const path of glob(patterns, { cwd: folder })) found.push(path)
  return found.toSorted()
}

const typeCheck = (root: string) =>
  execa(join(repository, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { cwd: root })

/** How many passed. Its processes end with it, also when one hangs. */
async function passedIn(root: string, command: string, args: string[]): Promise<number> {
  const { stdout } = await execa(command, args, {
    cwd: root,
    env: { ...ownNodeFirst(process.env), NODE_TEST_CONTEXT: undefined },
    extendEnv: false,
    timeout: 150_000,
  })
  expect(stdout).toMatch(/^(#|ℹ) fail 0$/m)
  return Number(/^(?:#|ℹ) pass (\d+)$/m.exec(stdout)?.[1])
}

test('a system with an added service type-checks and passes its tests', { tags: ['slow'] }, async () => {
  await using system = await renderedSystem()
  await newService({ name: 'refunds', template: 'blank' }, quietly(system.root))
  await typeCheck(system.root)

  const tests = await testsIn(system.root, ['services/*/test/*.test.ts'])
  const ofServices = await testsIn(join(templates, 'system'), ['services/*/test/*.test.ts'])
  const ofBlank = await testsIn(join(templates, 'blank'), ['test/*.test.ts'])
  expect(tests).toEqual([...ofServices, ...ofBlank.map((path) => join('services/refunds', path))].toSorted())
  // Two at a time: most of them wait for a process.
  const args = ['--test', '--test-concurrency=2', '--test-timeout=60000', ...tests]
  expect(await passedIn(system.root, process.execPath, args)).toBeGreaterThanOrEqual(tests.length)
})

test('a system of one type-checks, and npm test passes', { tags: ['slow'] }, async () => {
  await using system = await renderedService('refunds')
  await typeCheck(system.root)

  const tests = await testsIn(system.root, ['platform/test/*.test.ts', 'services/*/test/*.test.ts'])
  const ofPlatform = await testsIn(join(templates, 'system'), ['platform/test/*.test.ts'])
  expect(tests.filter((path) => path.startsWith('platform/'))).toEqual(ofPlatform)
  expect(await passedIn(system.root, 'npm', ['test'])).toBeGreaterThanOrEqual(tests.length)
})

test('npm run lint is clean, and finds what is planted, types and all', { tags: ['slow'] }, async () => {
  await using system = await renderedSystem()
  await newService({ name: 'refunds', template: 'blank' }, quietly(system.root))
  await mkdir(join(system.root, '.git')) // as its user has it; without, it lies in a folder that our own git ignores
  const lint = (args: string[] = [], reject = true) =>
    execa('npm', ['run', 'lint', '--', ...args], { cwd: system.root, reject })
  const { stdout: clean } = await lint()
  expect(clean).toContain('Found 0 warnings and 0 errors.')
  expect(Number(/ on (\d+) files/.exec(clean)?.[1])).toBeGreaterThan(150)

  const planted = 'services/refunds/src/planted.ts'
  const late = 'const late = async (): Promise<void> => {}\nlate()\n'
  await writeFile(join(system.root, planted), `${late}export const isOne = (value: unknown) => value == 1\n`)
  const { exitCode, stdout } = await lint([planted], false)
  expect(exitCode).toBe(1)
  expect(stdout).toContain('no-floating-promises')
  expect(stdout).toContain('eqeqeq')
})
