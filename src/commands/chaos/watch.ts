import { boolean } from '@oclif/core/flags'
import { BaseCommand } from '../../cli/base-command.ts'
import { rootHere } from '../../runtime/here.ts'
import type { LiveSystem } from '../../system/live-system.ts'

export default class ChaosWatch extends BaseCommand {
  static override summary =
    'Watch the running system: its topology, breakers, faults, and what recovers when.'
  static override description =
    'Goes on until Ctrl-C, or until the fleet ends. Without a terminal, with --once and with --json it shows the ' +
    'system as it is now, and ends.'
  static override examples = [
    '<%= config.bin %> chaos watch',
    '<%= config.bin %> chaos watch --once',
    '<%= config.bin %> chaos watch --json',
  ]
  static override flags = { once: boolean({ description: 'Show it as it is now, and end.' }) }

  async run(): Promise<LiveSystem> {
    const { flags } = await this.parse(ChaosWatch)
    const root = await rootHere()
    const { snapshotOf, snapshotView, watchInTerminal } = await import('../../runtime/live-system.ts')
    if (flags.once || !this.isWatched()) {
      const snapshot = await snapshotOf(root)
      return this.show(snapshot.live, snapshotView(snapshot))
    }
    const { last, isFleetGone } = await watchInTerminal(root)
    return this.show(last.live, isFleetGone ? 'The fleet has ended.' : '')
  }
}
