import { partition } from '../../chaos/faults/partition.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosPartition extends FaultCommand {
  static override summary = partition.summary
  static override description = partition.description
  static override examples = partition.examples.map(
    (example) => `<%= config.bin %> chaos partition ${example}`,
  )
  static override args = faultArgs(partition)
  static override flags = faultFlags(partition)

  async run() {
    return this.inject(partition, await this.parse(ChaosPartition), faultTools)
  }
}
