import { BaseCommand } from '../cli/base-command.ts'
import { statusView } from '../cli/views/status.ts'
import { connectAgent } from '../runtime/agent-client.ts'
import { rootHere } from '../runtime/here.ts'
import type { FleetStatus } from '../system/agent-api.ts'

export default class Status extends BaseCommand {
  static override summary = 'Show what runs: services, edges with their breakers, faults.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']

  async run(): Promise<FleetStatus> {
    await this.parse(Status)
    const agent = await connectAgent(await rootHere())
    const status = await agent.status()
    return this.show(status, statusView(status, Date.now()))
  }
}
