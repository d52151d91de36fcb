import { string as argument } from '@oclif/core/args'
import { BaseCommand } from '../cli/base-command.ts'
import { connectAgent } from '../runtime/agent-client.ts'
import { rootHere } from '../runtime/here.ts'
import type { ServiceStatus } from '../system/agent-api.ts'

export default class Restart extends BaseCommand {
  static override summary = 'Restart one service and wait until it is ready.'
  static override examples = ['<%= config.bin %> restart order']
  static override args = { service: argument({ required: true, description: 'Name of the service.' }) }

  async run(): Promise<ServiceStatus> {
    const { args } = await this.parse(Restart)
    const agent = await connectAgent(await rootHere())
    const service = await agent.restart(args.service)
    return this.show(service, `${service.name} is ready again (pid ${service.pid}).`)
  }
}
