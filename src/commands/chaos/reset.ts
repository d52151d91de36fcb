import { reset } from '../../chaos/faults/reset.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosReset extends FaultCommand {
  static override summary = reset.summary
  static override description = reset.description
  static override examples = reset.examples.map((example) => `<%= config.bin %> chaos reset ${example}`)
  static override args = faultArgs(reset)
  static override flags = faultFlags(reset)

  async run() {
    return this.inject(reset, await this.parse(ChaosReset), faultTools)
  }
}
