// Files that come with work (npm install, a first commit): all of it is done, or nothing is there.

import { basename, dirname } from 'node:path'
import { sha256 } from '../adapters/sha256.ts'
import { recoverWrites, removePaths, surveyPaths, takeBack, writeTree } from '../adapters/tree-writer.ts'
import type { NewFile } from '../cli/views/new.ts'
import { errors } from '../errors.ts'
import { movesOf } from '../scaffold/moves.ts'
import { planFiles, refusals, type Edit, type FilePlan } from '../scaffold/plan.ts'
import type { Tree } from '../scaffold/tree.ts'
import { unifiedDiff } from '../scaffold/unified-diff.ts'

interface Wanted {
  root: string
  create: Tree
  edit: readonly Edit[]
}

interface WriteOptions {
  dryRun: boolean
  progress: (text: string) => void
  signal?: AbortSignal
}

// What the work may leave in a root that was there before.
const madeByWork = ['node_modules', 'package-lock.json', '.git']

/**
 * Plans, and unless it is a dry run, applies; then does the work. When the signal aborts before the work
 * is done, everything is taken back and the signal's reason is thrown.
 * @throws UserError files-in-the-way, with nothing written
 */
export async function writeWhole<T>(
  wanted: Wanted,
  options: WriteOptions,
  work: () => Promise<T>,
): Promise<{ files: NewFile[]; done: T }> {
  const { root } = wanted
  if (!options.dryRun) await tidyUp(root, options)
  const { plan, existing } = await planOf(wanted)
  if (options.dryRun) return { files: filesOf(plan), done: await work() }

  options.signal?.throwIfAborted()
  const before = await surveyPaths(root, madeByWork)
  const files = plan.steps.flatMap((step) => (step.action === 'refuse' ? [] : [step]))
  const moves = movesOf(plan, existing)
  await writeTree({ root, files, moves })
  const done = await work()
  if (options.signal?.aborted) {
    options.progress('Interrupted; taking back what was made.')
    const replaced = files.flatMap((file) =>
      file.action === 'edit' ? [{ path: file.path, content: file.before }] : [],
    )
    await takeBack({ root, files: replaced, moves })
    await removePaths(
      root,
      madeByWork.filter((path) => !before.has(path)),
    )
    throw options.signal.reason
  }
  return { files: filesOf(plan), done }
}

async function tidyUp(root: string, { progress }: WriteOptions): Promise<void> {
  for (const parent of new Set([dirname(root), root])) {
    for (const name of await recoverWrites(parent)) progress(`Tidied up after an interrupted run (${name}).`)
  }
}

async function planOf({ root, create, edit }: Wanted) {
  const existing = await surveyPaths(
    root,
    create.map(({ path }) => path),
  )
  if (existing.get('') === 'other') {
    throw errors.filesInTheWay(dirname(root), [{ path: basename(root), reason: 'is a file, not a folder' }])
  }
  const plan = planFiles({ root, create, edit, existing, sha256 })
  const refused = refusals(plan)
  if (refused.length > 0) {
    throw errors.filesInTheWay(
      root,
      refused.map(({ path, reason }) => ({ path, reason })),
    )
  }
  return { plan, existing }
}

function filesOf(plan: FilePlan): NewFile[] {
  const text = new TextDecoder()
  return plan.steps.flatMap((step): NewFile[] => {
    if (step.action === 'refuse') return []
    const { action, path, bytes, sha256: hash } = step
    const file = { action, path, bytes, sha256: hash }
    if (step.action === 'create') return [file]
    return [{ ...file, diff: unifiedDiff(path, text.decode(step.before), text.decode(step.content)) }]
  })
}
