import { pause } from '../../chaos/faults/pause.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosPause extends FaultCommand {
  static override summary = pause.summary
  static override examples = pause.examples.map((example) => `<%= config.bin %> chaos pause ${example}`)
  static override args = faultArgs(pause)
  static override flags = faultFlags(pause)

  async run() {
    return this.inject(pause, await this.parse(ChaosPause), faultTools)
  }
}
