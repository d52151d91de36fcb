// Puts each deliberate fault into a copy of the platform and runs the tests against it.
//
//   node test/breaker/mutants.ts      says which test killed which mutant; ends with 1 if one survives
//
// The copy without a fault has to pass them all. One hunter for each core: a test of the breaker replaces
// the clock of its whole process.

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { repository, type Hunt } from './kill-mutant.ts'
import { breakerMutants, stackMutants } from './mutant-list.ts'

const hunterFile = fileURLToPath(new URL('mutant-hunter.ts', import.meta.url))

/** @returns the name of the test that failed, if one did */
async function askHunter(hunter: ChildProcess, hunt: Hunt): Promise<string | undefined> {
  const gone = new AbortController()
  hunter.send(hunt)
  try {
    const [answer] = (await Promise.race([
      once(hunter, 'message', gone),
      once(hunter, 'exit', gone).then(([code]) => {
        throw new Error(`a hunter ended with ${code}`)
      }),
    ])) as [{ killer: string | null }]
    return answer.killer ?? undefined
  } finally {
    gone.abort()
  }
}

/** True when the outcome is the one that is wanted: a fault is seen, a whole copy passes. */
function tell({ suite, mutant }: Hunt, killer: string | undefined): boolean {
  if (mutant === undefined) {
    if (killer !== undefined) say(`FAILED    ${suite}: without any fault it fails too  (${killer})`)
    return killer === undefined
  }
  say(
    `${killer === undefined ? 'SURVIVED' : 'killed  '}  ${mutant.file}: ${mutant.fault}  (${killer ?? '-'})`,
  )
  return killer !== undefined
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

await mkdir(join(repository, '.tmp'), { recursive: true })
const folder = await mkdtemp(join(repository, '.tmp', 'mutants-'))
const asked: Omit<Hunt, 'folder'>[] = [
  ...[undefined, ...stackMutants].map((mutant) => ({ suite: 'stack' as const, mutant })),
  ...[undefined, ...breakerMutants].map((mutant) => ({ suite: 'breaker' as const, mutant })),
]
const waiting = asked.map((hunt, index): Hunt => ({
  ...hunt,
  folder: join(folder, `${hunt.suite}-${index}`),
}))
const hunters = Array.from({ length: Math.min(4, availableParallelism()) }, () => fork(hunterFile))
const wrong: Hunt[] = []
try {
  await Promise.all(
    hunters.map(async (hunter) => {
      for (let hunt = waiting.shift(); hunt !== undefined; hunt = waiting.shift()) {
        if (!tell(hunt, await askHunter(hunter, hunt))) wrong.push(hunt)
      }
    }),
  )
  const all = breakerMutants.length + stackMutants.length
  const survivors = wrong.filter(({ mutant }) => mutant !== undefined).length
  say(`${all - survivors} of ${all} mutants killed`)
  if (wrong.length > 0) process.exitCode = 1
} finally {
  for (const hunter of hunters) hunter.kill()
  await rm(folder, { recursive: true, force: true })
}
