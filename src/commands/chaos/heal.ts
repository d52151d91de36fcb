import { string as argument } from '@oclif/core/args'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { healedView, isResidual } from '../../cli/views/chaos.ts'
import { connectAgent } from '../../runtime/agent-client.ts'
import { rootHere } from '../../runtime/here.ts'
import type { FaultStatus } from '../../system/agent-api.ts'

export default class ChaosHeal extends BaseCommand {
  static override summary = 'End a fault now, or all of them; returns when the system is whole again.'
  static override examples = ['<%= config.bin %> chaos heal', '<%= config.bin %> chaos heal f1']
  static override args = {
    fault: argument({ description: 'Id of the fault; all that are open if not said.' }),
  }

  async run(): Promise<{ healed: FaultStatus[] }> {
    const { args } = await this.parse(ChaosHeal)
    const agent = await connectAgent(await rootHere())
    const healed = await agent.heal(args.fault)
    if (healed.some(isResidual)) this.endWith(exitCodes.residual)
    return this.show({ healed }, healedView(healed))
  }
}
