// Puts one fault into a copy of the platform and finds out which test sees it.
//
// A fault in the breaker or its rules has to be seen by the random lives or by a flaw's question, one in
// the policy by the questions about the stack or by the platform's own tests.

import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { firstFailure } from '../fixtures/first-failure.ts'
import { replaceOnce } from '../fixtures/replace-once.ts'
import { oursFrom } from './contenders/ours.ts'
import { examine } from './conformance.ts'
import { flaws } from './flaws.ts'
import type { CreateBreaker } from './invariants.ts'
import type { Mutant } from './mutant-list.ts'
import type { Platform } from './measures.ts'
import { proveInvariants } from './prove-invariants.ts'
import { stackQuestions } from './stack-questions.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))
const platform = join(repository, 'templates/system/platform')
const stackTests = [
  'policy',
  'policy-retry',
  'policy-recovery',
  'policy-config',
  'retry',
  'retry-budget',
].map((name) => `test/${name}.test.ts`)
/** A fault may also make a test wait for ever: that is seen too. Each takes milliseconds without one. */
const testWithinMs = 5000
const testsWithinMs = 20_000
const lives = { runs: 1500, seed: 1, shrink: false }

export type Suite = 'breaker' | 'stack'

export interface Hunt {
  suite: Suite
  /** Not there yet; the copy is made in it. */
  folder: string
  /** undefined: the copy has no fault, so that every test must pass. */
  mutant?: Mutant | undefined
}

/** The name of the test that failed; undefined: the fault went unseen. */
export async function killerOf({ suite, folder, mutant }: Hunt): Promise<string | undefined> {
  await copyWith(folder, mutant)
  return suite === 'breaker' ? breakerKiller(folder) : stackKiller(folder)
}

async function breakerKiller(copy: string): Promise<string | undefined> {
  const module = pathToFileURL(join(copy, 'src/breaker.ts')).href
  const { createBreaker } = (await import(module)) as { createBreaker: CreateBreaker }
  for (const flaw of flaws) {
    if (!(await passes(async () => (await examine(flaw, oursFrom(createBreaker))).passes))) return flaw.id
  }
  const isInvariant = await passes(() => proveInvariants(createBreaker, lives).size > 0)
  return isInvariant ? undefined : 'random lives'
}

async function stackKiller(copy: string): Promise<string | undefined> {
  const load = (name: string): Promise<object> => import(pathToFileURL(join(copy, `src/${name}.ts`)).href)
  const modules = await Promise.all(['breaker', 'policy', 'policy-config'].map(load))
  const copied = Object.assign({}, ...modules) as Platform
  for (const [what, ask] of stackQuestions) {
    if (!(await passes(() => ask(copied).then(() => true)))) return what
  }
  return runTests(copy)
}

const runTests = (copy: string): Promise<string | undefined> =>
  firstFailure({
    args: [
      '--test',
      '--test-isolation=none',
      `--test-timeout=${testWithinMs}`,
      '--test-reporter=tap',
      ...stackTests,
    ],
    cwd: copy,
    withinMs: testsWithinMs,
  })

/** A test that throws has failed, whatever it threw: that is what a fault may do. */
async function passes(test: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await test()
  } catch {
    return false
  }
}

async function copyWith(copy: string, mutant: Mutant | undefined): Promise<void> {
  await cp(platform, copy, { recursive: true, filter: (path) => !path.includes('node_modules') })
  if (mutant === undefined) return
  const { from, to } = mutant
  await replaceOnce({ path: join(copy, 'src', mutant.file), from, to })
}
