import { BaseCommand } from '../../cli/base-command.ts'
import { runsView, type ListedRun } from '../../cli/views/runs.ts'

export default class RunsList extends BaseCommand {
  static override summary = 'List the recorded runs of the system here, newest first.'
  static override description = 'Outside a system: the runs against targets that belong to none.'
  static override examples = ['<%= config.bin %> runs list', '<%= config.bin %> runs list --json']

  async run(): Promise<{ runs: ListedRun[] }> {
    await this.parse(RunsList)
    const { listRuns } = await import('../../runtime/runs.ts')
    const runs = await listRuns(process.cwd())
    const formatTime = (at: number): string => new Date(at).toLocaleString('sv-SE')
    return this.show({ runs }, runsView(runs, formatTime))
  }
}
