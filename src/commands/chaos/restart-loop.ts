import { restartLoop } from '../../chaos/faults/restart-loop.ts'
import { FaultCommand, faultArgs, faultFlags } from '../../cli/fault-command.ts'
import { faultTools } from '../../runtime/fault-tools.ts'

export default class ChaosRestartLoop extends FaultCommand {
  static override summary = restartLoop.summary
  static override examples = restartLoop.examples.map(
    (example) => `<%= config.bin %> chaos restart-loop ${example}`,
  )
  static override args = faultArgs(restartLoop)
  static override flags = faultFlags(restartLoop)

  async run() {
    return this.inject(restartLoop, await this.parse(ChaosRestartLoop), faultTools)
  }
}
