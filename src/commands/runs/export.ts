import { string as argument } from '@oclif/core/args'
import { option, string } from '@oclif/core/flags'
import { BaseCommand } from '../../cli/base-command.ts'
import { exportFormats } from '../../load/exports/formats.ts'

export default class RunsExport extends BaseCommand {
  static override summary = 'Write a run in the format of another tool.'
  static override description = [
    'k6: the summary of `k6 run --summary-export`. hgrm, hlog: HdrHistogram, in all plotters. ndjson: one line a second, and the faults. vegeta: the report of `vegeta report -type=json`. autocannon: the result of `autocannon -j`. junit: the thresholds.',
    'Latencies are response times, from the intended start of each arrival.',
  ].join('\n\n')
  static override examples = [
    '<%= config.bin %> runs export --format hgrm --out load.hgrm',
    '<%= config.bin %> runs export a1b2 --format k6 > summary.json',
  ]
  static override args = {
    run: argument({ description: 'Id of the run, or its last four characters; the newest if left out.' }),
  }
  static override flags = {
    format: option({ options: exportFormats, required: true })({ description: 'Of the file.' }),
    out: string({ char: 'o', description: 'Where to write it; printed if left out.', helpValue: 'FILE' }),
  }

  async run(): Promise<{ id: string; format: string; file: string | null; text?: string }> {
    const { args, flags } = await this.parse(RunsExport)
    const { exportRecordedRun } = await import('../../runtime/export-run.ts')
    const { out: file, format } = flags
    const { text, ...exported } = await exportRecordedRun({ from: process.cwd(), id: args.run, format, file })
    if (exported.file === null) return this.show({ ...exported, text }, text.replace(/\n$/, ''))
    return this.show(exported, `Wrote ${exported.file} from the run ${exported.id}.`)
  }
}
