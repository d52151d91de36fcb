import { block } from '../../chaos/faults/block.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosBlock extends FaultCommand {
  static override summary = block.summary
  static override description = block.description
  static override examples = block.examples.map((example) => `<%= config.bin %> chaos block ${example}`)
  static override args = faultArgs(block)
  static override flags = faultFlags(block)

  async run() {
    return this.inject(block, await this.parse(ChaosBlock), faultTools)
  }
}
