import { string as argument } from '@oclif/core/args'
import { BaseCommand } from '../../cli/base-command.ts'
import { breakersView, breakerView } from '../../cli/views/breaker.ts'
import { errors } from '../../errors.ts'
import { connectAgent } from '../../runtime/agent-client.ts'
import { rootHere } from '../../runtime/here.ts'
import type { EdgeBreaker } from '../../system/agent-api.ts'
import { suggest } from '../../system/suggest.ts'

export default class Breaker extends BaseCommand {
  static override summary = 'Show the breakers of all edges, or one with its history.'
  static override examples = [
    '<%= config.bin %> breaker',
    '<%= config.bin %> breaker order:payment',
    '<%= config.bin %> breaker open order:payment --for 30s',
  ]
  static override args = { edge: argument({ description: 'caller:callee, such as order:payment.' }) }

  async run(): Promise<{ breakers: EdgeBreaker[] }> {
    const { args } = await this.parse(Breaker)
    const agent = await connectAgent(await rootHere())
    const breakers = await agent.breakers()
    const now = Date.now()
    if (args.edge === undefined) return this.show({ breakers }, breakersView(breakers, now))

    const one = breakers.find(({ edge }) => edge === args.edge)
    if (one === undefined) {
      const known = breakers.map(({ edge }) => edge)
      // A misspelt `open` lands here as the name of an edge.
      const suggestion = suggest(args.edge, [...known, 'open', 'disable', 'auto'])
      throw errors.unknownEdge(args.edge, known, suggestion)
    }
    const formatTime = (at: number): string =>
      `${new Date(at).toLocaleTimeString('sv-SE')}.${String(Math.floor(at) % 1000).padStart(3, '0')}`
    return this.show({ breakers: [one] }, breakerView(one, now, formatTime))
  }
}
