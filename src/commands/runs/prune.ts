import { boolean, integer, string } from '@oclif/core/flags'
import { BaseCommand } from '../../cli/base-command.ts'
import { pruneView } from '../../cli/views/runs.ts'
import { errors } from '../../errors.ts'
import type { PrunedRuns } from '../../runtime/prune-runs.ts'
import { parseDuration } from '../../system/duration.ts'

export default class RunsPrune extends BaseCommand {
  static override summary = 'Remove old recorded runs.'
  static override description =
    'Without a flag, all but the newest 20. A run that still goes on is never removed. `--dry-run` only says what would go.'
  static override examples = [
    '<%= config.bin %> runs prune --dry-run',
    '<%= config.bin %> runs prune --keep 5',
    '<%= config.bin %> runs prune --older-than 7d',
  ]
  static override flags = {
    keep: integer({ description: 'How many of the newest stay.', default: 20, exclusive: ['older-than'] }),
    'older-than': string({ description: 'Remove what ended longer ago.', helpValue: '7d' }),
    'dry-run': boolean({ description: 'Remove nothing.' }),
  }

  async run(): Promise<PrunedRuns> {
    const { flags } = await this.parse(RunsPrune)
    const { keep, 'older-than': age, 'dry-run': dryRun } = flags
    if (keep < 0) throw errors.badValue('--keep', String(keep), 'a number of runs, 0 or more')
    const rule =
      age === undefined
        ? ({ kind: 'keep', newest: keep } as const)
        : ({ kind: 'older-than', ms: ageMs(age) } as const)
    const { pruneRuns } = await import('../../runtime/prune-runs.ts')
    const pruned = await pruneRuns({ from: process.cwd(), rule, dryRun })
    return this.show(pruned, pruneView(pruned))
  }
}

/** Durations, and whole days. */
const ageMs = (text: string): number => {
  const days = /^(\d+)d$/.exec(text.trim())?.[1]
  return days === undefined ? parseDuration(text, '--older-than') : Number(days) * 24 * 3_600_000
}
