import { memory } from '../../chaos/faults/memory.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosMemory extends FaultCommand {
  static override summary = memory.summary
  static override description = memory.description
  static override examples = memory.examples.map((example) => `<%= config.bin %> chaos memory ${example}`)
  static override args = faultArgs(memory)
  static override flags = faultFlags(memory)

  async run() {
    return this.inject(memory, await this.parse(ChaosMemory), faultTools)
  }
}
