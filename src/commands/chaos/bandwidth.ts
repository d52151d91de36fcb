import { bandwidth } from '../../chaos/faults/bandwidth.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosBandwidth extends FaultCommand {
  static override summary = bandwidth.summary
  static override description = bandwidth.description
  static override examples = bandwidth.examples.map(
    (example) => `<%= config.bin %> chaos bandwidth ${example}`,
  )
  static override args = faultArgs(bandwidth)
  static override flags = faultFlags(bandwidth)

  async run() {
    return this.inject(bandwidth, await this.parse(ChaosBandwidth), faultTools)
  }
}
