import { string as argument } from '@oclif/core/args'
import { boolean } from '@oclif/core/flags'
import { BaseCommand } from '../../cli/base-command.ts'
import { errors } from '../../errors.ts'

export interface OpenedRun {
  id: string
  report: string
  opened: boolean
}

export default class RunsOpen extends BaseCommand {
  static override summary = 'Open the report of a run, the newest if none is said.'
  static override description = 'Without a display (or with --path or --json) it prints where the report is.'
  static override examples = ['<%= config.bin %> runs open', '<%= config.bin %> runs open a1b2']
  static override args = {
    run: argument({ description: 'Id of the run, or its last four characters; see `msvc runs list`.' }),
  }
  static override flags = { path: boolean({ description: 'Only print the path of the report.' }) }

  async run(): Promise<OpenedRun> {
    const { args, flags } = await this.parse(RunsOpen)
    const { findRun, openReport } = await import('../../runtime/runs.ts')
    const { id, report } = await findRun(process.cwd(), args.run)
    if (report === null) throw errors.noReport(id)
    const opened = !flags.path && !this.jsonEnabled() && (await openReport(report))
    return this.show({ id, report, opened }, report)
  }
}
