import { loss } from '../../chaos/faults/loss.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosLoss extends FaultCommand {
  static override summary = loss.summary
  static override description = loss.description
  static override examples = loss.examples.map((example) => `<%= config.bin %> chaos loss ${example}`)
  static override args = faultArgs(loss)
  static override flags = faultFlags(loss)

  async run() {
    return this.inject(loss, await this.parse(ChaosLoss), faultTools)
  }
}
