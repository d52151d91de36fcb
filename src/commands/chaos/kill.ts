import { string as argument } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { countdown, endView, eventLine, setView } from '../../cli/views/chaos.ts'
import { connectAgent } from '../../runtime/agent-client.ts'
import { rootHere } from '../../runtime/here.ts'
import type { FaultStatus } from '../../system/agent-api.ts'
import { parseDuration } from '../../system/duration.ts'

export default class ChaosKill extends BaseCommand {
  static override summary = 'kill -9 a service; it is down until the lease ends, then it is started again.'
  static override description =
    'In a terminal it stays and shows what happens: the kill, the breakers, the way back. Ctrl-C brings the\n' +
    'service back early. Otherwise, and with --detach, it returns at once; the agent ends the fault.'
  static override examples = [
    '<%= config.bin %> chaos kill payment',
    '<%= config.bin %> chaos kill payment --for 10s --detach',
  ]
  static override args = { service: argument({ required: true, description: 'Name of the service.' }) }
  static override flags = {
    for: string({
      description: 'How long it is down, 15m at most.',
      default: '30s',
      helpValue: '<duration>',
    }),
    detach: boolean({ description: 'Return at once with the id of the fault.' }),
  }

  async run(): Promise<FaultStatus> {
    const { args, flags } = await this.parse(ChaosKill)
    const forMs = parseDuration(flags.for, '--for')
    const agent = await connectAgent(await rootHere())
    const fault = await agent.fault({ kind: 'kill', target: args.service, forMs })
    const isWatched = process.stdout.isTTY && !flags.detach && !this.jsonEnabled()
    if (!isWatched) return this.show(fault, setView(fault))

    const [{ watchFault }, { createLogUpdate }] = await Promise.all([
      import('../../runtime/watch-fault.ts'),
      import('log-update'),
    ])
    const footer = createLogUpdate(process.stderr)
    const end = await watchFault(agent, fault, {
      event: (event, zero) => {
        footer.clear()
        this.log(eventLine(event, zero))
      },
      tick: (leftMs) => footer(countdown(fault.target, leftMs)),
    })
    footer.clear()
    if (end.state === 'failed') this.endWith(exitCodes.residual)
    return this.show(end, endView(end))
  }
}
