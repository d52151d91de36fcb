import { cpu } from '../../chaos/faults/cpu.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosCpu extends FaultCommand {
  static override summary = cpu.summary
  static override description = cpu.description
  static override examples = cpu.examples.map((example) => `<%= config.bin %> chaos cpu ${example}`)
  static override args = faultArgs(cpu)
  static override flags = faultFlags(cpu)

  async run() {
    return this.inject(cpu, await this.parse(ChaosCpu), faultTools)
  }
}
