import { slowClose } from '../../chaos/faults/slow-close.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosSlowClose extends FaultCommand {
  static override summary = slowClose.summary
  static override description = slowClose.description
  static override examples = slowClose.examples.map(
    (example) => `<%= config.bin %> chaos slow-close ${example}`,
  )
  static override args = faultArgs(slowClose)
  static override flags = faultFlags(slowClose)

  async run() {
    return this.inject(slowClose, await this.parse(ChaosSlowClose), faultTools)
  }
}
