// Puts each deliberate fault into a copy of the platform and runs the tests against it.
//
//   node test/breaker/mutants.ts      says which test killed which mutant; ends with 1 if one survives
//
// A fault in the breaker or its rules has to be seen by the random lives or by a flaw's question, one in
// the policy by the platform's own tests. The copy without a fault has to pass them all.

import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { oursFrom } from './contenders/ours.ts'
import { examine } from './conformance.ts'
import { flaws } from './flaws.ts'
import type { CreateBreaker } from './invariants.ts'
import { breakerMutants, stackMutants, type Mutant } from './mutant-list.ts'
import type { Platform } from './measures.ts'
import { proveInvariants } from './prove-invariants.ts'
import { stackQuestions } from './stack-questions.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const platform = join(repository, 'templates/system/platform')
const stackTests = ['policy', 'retry-budget', 'retry', 'policy-config'].map((name) => `test/${name}.test.ts`)
/** A fault may also make a test wait for ever: that is seen too. */
const testsWithinMs = 20_000
const lives = { runs: 1500, seed: 1, shrink: false }

/** The name of the test that failed; undefined: the fault went unseen. */
type Killer = (copy: string) => Promise<string | undefined>

const breakerKiller: Killer = async (copy) => {
  const module = pathToFileURL(join(copy, 'src/breaker.ts')).href
  const { createBreaker } = (await import(module)) as { createBreaker: CreateBreaker }
  for (const flaw of flaws) {
    if (!(await passes(async () => (await examine(flaw, oursFrom(createBreaker))).passes))) return flaw.id
  }
  const isInvariant = await passes(() => proveInvariants(createBreaker, lives).size > 0)
  return isInvariant ? undefined : 'random lives'
}

const stackKiller: Killer = async (copy) => {
  const load = (name: string): Promise<object> => import(pathToFileURL(join(copy, `src/${name}.ts`)).href)
  const modules = await Promise.all(['breaker', 'policy', 'policy-config'].map(load))
  const copied = Object.assign({}, ...modules) as Platform
  for (const [what, ask] of stackQuestions) {
    if (!(await passes(() => ask(copied).then(() => true)))) return what
  }
  return runTests(copy)
}

const runTests: Killer = (copy) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...stackTests], {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: testsWithinMs,
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.on('close', (code, signal) => {
      const failed = /^\s*not ok \d+ - (.*)$/m.exec(text)?.[1]
      if (signal !== null) resolve(failed ?? `the tests do not end within ${testsWithinMs / 1000} s`)
      else resolve(code === 0 ? undefined : (failed ?? 'the tests'))
    })
  })

/** A test that throws has failed, whatever it threw: that is what a fault may do. */
async function passes(test: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await test()
  } catch {
    return false
  }
}

async function copyWith(folder: string, name: string, mutant?: Mutant): Promise<string> {
  const copy = join(folder, name)
  await cp(platform, copy, { recursive: true, filter: (path) => !path.includes('node_modules') })
  if (mutant === undefined) return copy
  const path = join(copy, 'src', mutant.file)
  const text = await readFile(path, 'utf8')
  if (text.split(mutant.from).length !== 2) {
    throw new Error(`${mutant.file} does not hold exactly once: ${mutant.from}`)
  }
  await writeFile(
    path,
    text.replace(mutant.from, () => mutant.to),
  )
  return copy
}

async function hunt(folder: string, mutants: Mutant[], kill: Killer): Promise<Mutant[]> {
  const innocent = await kill(await copyWith(folder, `${kill.name}-0`))
  if (innocent !== undefined) throw new Error(`without any fault it fails too: ${innocent}`)
  const survivors: Mutant[] = []
  for (const [index, mutant] of mutants.entries()) {
    const killer = await kill(await copyWith(folder, `${kill.name}-${index + 1}`, mutant))
    if (killer === undefined) survivors.push(mutant)
    say(
      `${killer === undefined ? 'SURVIVED' : 'killed  '}  ${mutant.file}: ${mutant.fault}  (${killer ?? '-'})`,
    )
  }
  return survivors
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

await mkdir(join(repository, '.tmp'), { recursive: true })
const folder = await mkdtemp(join(repository, '.tmp', 'mutants-'))
try {
  const survivors = [
    ...(await hunt(folder, breakerMutants, breakerKiller)),
    ...(await hunt(folder, stackMutants, stackKiller)),
  ]
  const all = breakerMutants.length + stackMutants.length
  say(`${all - survivors.length} of ${all} mutants killed`)
  if (survivors.length > 0) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
