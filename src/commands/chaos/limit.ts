import { limit } from '../../chaos/faults/limit.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosLimit extends FaultCommand {
  static override summary = limit.summary
  static override description = limit.description
  static override examples = limit.examples.map((example) => `<%= config.bin %> chaos limit ${example}`)
  static override args = faultArgs(limit)
  static override flags = faultFlags(limit)

  async run() {
    return this.inject(limit, await this.parse(ChaosLimit), faultTools)
  }
}
