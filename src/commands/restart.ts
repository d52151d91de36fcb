import { string as argument } from '@oclif/core/args'
import { BaseCommand } from '../cli/base-command.ts'
import { connectAgent } from '../runtime/agent-client.ts'
import { rootHere } from '../runtime/here.ts'
import type { ServiceStatus } from '../system/agent-api.ts'

export default class Restart extends BaseCommand {
  static override summary = 'Replace the process of a service by a new one; no request fails.'
  static override description =
    'The new process starts beside the old one, which drains once the new one can take over. With `msvc up --direct`, ' +
    'and when the service is down, it is stopped first and started then.'
  static override examples = ['<%= config.bin %> restart order']
  static override args = { service: argument({ required: true, description: 'Name of the service.' }) }

  async run(): Promise<ServiceStatus> {
    const { args } = await this.parse(Restart)
    const agent = await connectAgent(await rootHere())
    const service = await agent.restart(args.service)
    return this.show(service, `${service.name} is ready again (pid ${service.pid}).`)
  }
}
