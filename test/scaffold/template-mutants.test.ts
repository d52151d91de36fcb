// The tests of a generated system are worth what they find: each guarantee is broken once, and its test must fail.
// That it passes when nothing is broken is seen elsewhere (rendered.test.ts).

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderedSystem, type RenderedSystem } from '../fixtures/rendered-system.ts'
import { templateMutants } from '../soak/template-mutants.ts'

const slow = { tags: ['slow' as const] }

let system: RenderedSystem
beforeAll(async () => {
  system = await renderedSystem()
})
afterAll(() => system[Symbol.asyncDispose]())

test.each(templateMutants)('$fault: found', slow, async ({ edit: [path, from, to], killer }) => {
  await system.edit(path, from, to)
  const said = await runOne(killer)
  await system.edit(path, to, from)
  expect(said).toContain(`\nnot ok 1 - ${killer.test}`)
})

/** What it says, as TAP. */
async function runOne({ file, test: name }: { file: string; test: string }): Promise<string> {
  const pattern = `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`
  const options = ['--test-reporter=tap', `--test-name-pattern=${pattern}`, file]
  const child = spawn(process.execPath, options, { cwd: system.root, stdio: ['ignore', 'pipe', 'inherit'] })
  const [texts] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'exit')])
  return (texts as string[]).join('')
}
