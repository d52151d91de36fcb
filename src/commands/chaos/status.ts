import { BaseCommand } from '../../cli/base-command.ts'
import { faultsView, type FaultList } from '../../cli/views/chaos.ts'
import { connectAgent } from '../../runtime/agent-client.ts'
import { rootHere } from '../../runtime/here.ts'

export default class ChaosStatus extends BaseCommand {
  static override summary = 'List the faults since `msvc up`, the newest first.'
  static override examples = ['<%= config.bin %> chaos status']

  async run(): Promise<FaultList> {
    await this.parse(ChaosStatus)
    const agent = await connectAgent(await rootHere())
    const { halted, faults } = await agent.status()
    return this.show({ halted, faults }, faultsView({ halted, faults }, Date.now()))
  }
}
