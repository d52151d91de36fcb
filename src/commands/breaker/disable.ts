import { string as argument } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import { BaseCommand } from '../../cli/base-command.ts'
import { breakerSetView } from '../../cli/views/breaker.ts'
import { connectAgent } from '../../runtime/agent-client.ts'
import { rootHere } from '../../runtime/here.ts'
import type { EdgeBreaker } from '../../system/agent-api.ts'
import { parseDuration } from '../../system/duration.ts'

export default class BreakerDisable extends BaseCommand {
  static override summary = 'Let every call on an edge through for a time, whatever comes back.'
  static override examples = ['<%= config.bin %> breaker disable order:payment --for 30s']
  static override args = {
    edge: argument({ required: true, description: 'caller:callee, such as order:payment.' }),
  }
  static override flags = {
    for: string({
      description: 'For how long, 15m at most; then it decides by itself again.',
      default: '60s',
      helpValue: '<duration>',
    }),
  }

  async run(): Promise<EdgeBreaker> {
    const { args, flags } = await this.parse(BreakerDisable)
    const ttlMs = parseDuration(flags.for, '--for')
    const agent = await connectAgent(await rootHere())
    const breaker = await agent.setBreaker(args.edge, { state: 'disabled', ttlMs })
    return this.show(breaker, breakerSetView(breaker, ttlMs))
  }
}
