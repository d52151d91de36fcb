import { kill } from '../../chaos/faults/kill.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosKill extends FaultCommand {
  static override summary = kill.summary
  static override description = kill.description
  static override examples = kill.examples.map((example) => `<%= config.bin %> chaos kill ${example}`)
  static override args = faultArgs(kill)
  static override flags = faultFlags(kill)

  async run() {
    return this.inject(kill, await this.parse(ChaosKill), faultTools)
  }
}
