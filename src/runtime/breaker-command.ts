// The body of the commands that set an edge's breaker by hand, for a time; they differ in the state.

import { string as argument } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import { BaseCommand } from '../cli/base-command.ts'
import { breakerSetView } from '../cli/views/breaker.ts'
import type { EdgeBreaker } from '../system/agent-api.ts'
import { parseDuration } from '../system/duration.ts'
import { connectAgent } from './agent-client.ts'
import { rootHere } from './here.ts'

export abstract class BreakerCommand extends BaseCommand {
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
  protected abstract readonly state: 'forced_open' | 'disabled'

  async run(): Promise<EdgeBreaker> {
    const { args, flags } = await this.parse(BreakerCommand)
    const ttlMs = parseDuration(flags.for, '--for')
    const agent = await connectAgent(await rootHere())
    const breaker = await agent.setBreaker(args.edge, { state: this.state, ttlMs })
    return this.show(breaker, breakerSetView(breaker, ttlMs))
  }
}
