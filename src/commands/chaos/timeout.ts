import { timeout } from '../../chaos/faults/timeout.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosTimeout extends FaultCommand {
  static override summary = timeout.summary
  static override description = timeout.description
  static override examples = timeout.examples.map((example) => `<%= config.bin %> chaos timeout ${example}`)
  static override args = faultArgs(timeout)
  static override flags = faultFlags(timeout)

  async run() {
    return this.inject(timeout, await this.parse(ChaosTimeout), faultTools)
  }
}
