import { string as argument } from '@oclif/core/args'
import { integer, string } from '@oclif/core/flags'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { compareView } from '../../cli/views/compare.ts'
import type { LoadComparison } from '../../system/load-comparison.ts'
import { parseShare } from '../../system/parse-share.ts'

export default class LoadCompare extends BaseCommand {
  static override summary = 'Compare recorded load runs: better, worse, same or inconclusive.'
  static override description = [
    'A block bootstrap over the recorded seconds gives the change of p50, p90 and p99 with confidence intervals that hold although neighbouring requests and seconds depend on each other. The first two seconds of each run are left out, and seconds in which the generator itself was late.',
    'Several runs of a side, recorded in turns (before, after, before, after), show what one run cannot: how much runs differ anyway. An inconclusive comparison says how many it would take.',
    'Exit code 1: worse. Exit code 5: less than half of the runs of a side are valid as measurements (a noisy one is, if at least half of its seconds are undisturbed).',
  ].join('\n\n')
  static override examples = [
    '<%= config.bin %> load compare a1b2 c3d4',
    '<%= config.bin %> load compare a1b2,e5f6,0718 c3d4,a9b0,2c3d',
    '<%= config.bin %> load compare a1b2 c3d4 --tolerance 10% --json',
  ]
  static override args = {
    baseline: argument({
      description: 'Id of the run before, or its last four characters; several with commas.',
      required: true,
    }),
    candidate: argument({ description: 'Id of the run after, or several.', required: true }),
  }
  static override flags = {
    tolerance: string({ description: 'A smaller change does not count.', default: '5%' }),
    seed: integer({ description: 'Of the resampling.', default: 1 }),
  }

  async run(): Promise<LoadComparison> {
    const { args, flags } = await this.parse(LoadCompare)
    const tolerance = parseShare(flags.tolerance, '--tolerance')
    const { compareRuns } = await import('../../runtime/compare.ts')
    const { baseline, candidate } = args
    const comparison = await compareRuns({
      from: process.cwd(),
      baseline,
      candidate,
      tolerance,
      seed: flags.seed,
    })
    if (!comparison.isValid) this.endWith(exitCodes.invalid)
    else if (comparison.verdict === 'worse') this.endWith(exitCodes.failed)
    return this.show(comparison, compareView(comparison))
  }
}
