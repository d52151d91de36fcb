import { latency } from '../../chaos/faults/latency.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosLatency extends FaultCommand {
  static override summary = latency.summary
  static override description = latency.description
  static override examples = latency.examples.map((example) => `<%= config.bin %> chaos latency ${example}`)
  static override args = faultArgs(latency)
  static override flags = faultFlags(latency)

  async run() {
    return this.inject(latency, await this.parse(ChaosLatency), faultTools)
  }
}
