import { string as argument } from '@oclif/core/args'
import { BaseCommand } from '../../cli/base-command.ts'
import { breakerSetView } from '../../cli/views/breaker.ts'
import { connectAgent } from '../../runtime/agent-client.ts'
import { rootHere } from '../../runtime/here.ts'
import type { EdgeBreaker } from '../../system/agent-api.ts'

export default class BreakerAuto extends BaseCommand {
  static override summary = 'End what was set by hand: the breaker decides by itself again.'
  static override examples = ['<%= config.bin %> breaker auto order:payment']
  static override args = {
    edge: argument({ required: true, description: 'caller:callee, such as order:payment.' }),
  }

  async run(): Promise<EdgeBreaker> {
    const { args } = await this.parse(BreakerAuto)
    const agent = await connectAgent(await rootHere())
    const breaker = await agent.setBreaker(args.edge, { state: 'auto' })
    return this.show(breaker, breakerSetView(breaker))
  }
}
