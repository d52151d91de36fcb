import { http } from '../../chaos/faults/http.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosHttp extends FaultCommand {
  static override summary = http.summary
  static override description = http.description
  static override examples = http.examples.map((example) => `<%= config.bin %> chaos http ${example}`)
  static override args = faultArgs(http)
  static override flags = faultFlags(http)

  async run() {
    return this.inject(http, await this.parse(ChaosHttp), faultTools)
  }
}
