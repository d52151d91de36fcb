// Plants each deliberate fault in the generated services and in the audit, and runs the tests that have to see it.
//
//   node test/guarantees/mutants.ts      says which test killed which mutant; ends with 1 if one survives
//
// Without a fault all of them have to pass. Nothing is written: the fault is put into what is loaded.

import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { compileCache } from '../fixtures/compile-cache.ts'
import { firstFailure } from '../fixtures/first-failure.ts'
import type { Edit } from '../fixtures/replace-once.ts'
import { recordMutants, type Tests } from './mutant-list.ts'
import { environmentOf, repository } from './planted-fault.ts'

const plant = new URL('plant.ts', import.meta.url).href
const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url))
/** Each takes a second or two without a fault, on an idle machine. */
const withinMs = 90_000

/** A killer of this kind is no test: the fault kept the file from being loaded. */
const isFile = (killer: string): boolean => killer === 'the tests' || /\.test\.ts( #.*)?$/.test(killer)

/** undefined: all of the tests passed. */
function failureOf({ file, named = '.' }: Tests, edit?: Edit): Promise<string | undefined> {
  const node = [
    '--import',
    plant,
    '--test',
    '--test-isolation=none',
    '--test-reporter=tap',
    '--test-timeout=60000',
  ]
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', config]
  return firstFailure({
    args: file.startsWith('templates/')
      ? [...node, `--test-name-pattern=${named}`, file]
      : [...vitest, '--testNamePattern', named, file],
    cwd: repository,
    env: { NODE_COMPILE_CACHE: compileCache, ...(edit && environmentOf(edit)) },
    withinMs,
  })
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** True when what was wanted has happened. */
type Hunt = () => Promise<boolean>

const distinct = new Map(recordMutants.map(({ seenBy }) => [JSON.stringify(seenBy), seenBy]))

const whole = [...distinct.values()].map((tests): Hunt => async () => {
  const failure = await failureOf(tests)
  if (failure !== undefined) say(`FAILED    ${tests.file}: without any fault it fails too  (${failure})`)
  return failure === undefined
})

const faulty = recordMutants.map(({ guarantee, fault, edit, seenBy }): Hunt => async () => {
  const killer = await failureOf(seenBy, edit)
  const isSeen = killer !== undefined && !isFile(killer)
  say(`${isSeen ? 'killed  ' : 'SURVIVED'}  ${guarantee}: ${fault}  (${killer ?? '-'})`)
  return isSeen
})

const waiting = [...whole, ...faulty]
let wrong = 0
await Promise.all(
  Array.from({ length: Math.min(4, availableParallelism()) }, async () => {
    for (let hunt = waiting.shift(); hunt !== undefined; hunt = waiting.shift()) {
      if (!(await hunt())) wrong++
    }
  }),
)
say(`${recordMutants.length} mutants; ${wrong === 0 ? 'all killed' : `${wrong} wrong`}`)
if (wrong > 0) process.exitCode = 1
