// A rendered system is what it promises to be: it type-checks and its own tests pass, as generated.
//
// Rendered inside the repository, where its dependencies are found further up; only its own packages are
// linked, because Node strips no types below node_modules but follows links out of it.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { newService } from '../../src/runtime/new.ts'
import { quietly, renderedService, renderedSystem, repository } from '../fixtures/rendered-system.ts'

/** How many of its own tests passed. Its processes end with it, also when one hangs. */
async function checkAndTest(root: string): Promise<number> {
  await execa(join(repository, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { cwd: root })
  const args = [
    '--test',
    '--test-reporter=tap',
    '--test-timeout=60000',
    'platform/test/*.test.ts',
    'services/*/test/*.test.ts',
  ]
  const { stdout } = await execa(process.execPath, args, {
    cwd: root,
    env: { NODE_TEST_CONTEXT: undefined },
    timeout: 150_000,
  })
  expect(stdout).toMatch(/^# fail 0$/m)
  return Number(/^# pass (\d+)$/m.exec(stdout)?.[1])
}

test('a system with an added service type-checks and passes its tests', { tags: ['slow'] }, async () => {
  await using system = await renderedSystem()
  await newService({ name: 'refunds', template: 'blank' }, quietly(system.root))
  expect(await readdir(join(system.root, 'services'))).toHaveLength(6)
  expect(await checkAndTest(system.root)).toBeGreaterThan(10)
})

test('a system of one type-checks and passes its tests', { tags: ['slow'] }, async () => {
  await using system = await renderedService('refunds')
  expect(await checkAndTest(system.root)).toBeGreaterThan(0)
})
