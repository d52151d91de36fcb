import { BaseCommand } from '../cli/base-command.ts'
import { findAgentToEnd } from '../runtime/agent-client.ts'
import { rootHere } from '../runtime/here.ts'

interface DownResult {
  wasRunning: boolean
  stopped: string[]
}

export default class Down extends BaseCommand {
  static override summary = 'End every service gracefully, and the agent.'
  static override examples = ['<%= config.bin %> down']

  async run(): Promise<DownResult> {
    await this.parse(Down)
    const agent = await findAgentToEnd(await rootHere())
    if (agent === undefined) return this.show({ wasRunning: false, stopped: [] }, 'Nothing was running.')
    const { services, system } = await agent.status()
    const stopped = services.filter(({ pid }) => pid !== null).map(({ name }) => name)
    await agent.stop()
    return this.show({ wasRunning: true, stopped }, `Stopped ${system.name}: ${stopped.join(', ')}.`)
  }
}
