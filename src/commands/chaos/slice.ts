import { slice } from '../../chaos/faults/slice.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosSlice extends FaultCommand {
  static override summary = slice.summary
  static override description = slice.description
  static override examples = slice.examples.map((example) => `<%= config.bin %> chaos slice ${example}`)
  static override args = faultArgs(slice)
  static override flags = faultFlags(slice)

  async run() {
    return this.inject(slice, await this.parse(ChaosSlice), faultTools)
  }
}
