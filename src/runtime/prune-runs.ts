// `msvc runs prune`: removes recorded runs, and says how much room that made.

import { systemClock } from '../adapters/clock.ts'
import { folderBytes } from '../adapters/runs-folder.ts'
import { diskFiles } from '../adapters/files.ts'
import { type PruneRule, runsToPrune } from '../observe/prune.ts'
import { listRuns } from './runs.ts'

export interface PrunedRuns {
  removed: { id: string; bytes: number }[]
  bytes: number
  kept: number
  dryRun: boolean
}

export async function pruneRuns({
  from,
  rule,
  dryRun,
}: {
  from: string
  rule: PruneRule
  dryRun: boolean
}): Promise<PrunedRuns> {
  const runs = await listRuns(from)
  const old = runsToPrune(runs, rule, systemClock.now())
  const removed: PrunedRuns['removed'] = []
  for (const { id, folder } of old) {
    removed.push({ id, bytes: await folderBytes(folder) })
    if (!dryRun) await diskFiles.remove(folder)
  }
  const bytes = removed.reduce((sum, run) => sum + run.bytes, 0)
  return { removed, bytes, kept: runs.length - removed.length, dryRun }
}
