import { boolean } from '@oclif/core/flags'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { healedView, isResidual } from '../../cli/views/chaos.ts'
import { haltFaults, liftHalt } from '../../runtime/halt.ts'
import { rootHere } from '../../runtime/here.ts'
import type { FaultStatus } from '../../system/agent-api.ts'

export default class ChaosHalt extends BaseCommand {
  static override summary =
    'End all faults and block new ones until lifted. Works always, also without a fleet.'
  static override examples = ['<%= config.bin %> chaos halt', '<%= config.bin %> chaos halt --lift']
  static override flags = { lift: boolean({ description: 'Allow faults again.' }) }

  async run(): Promise<{ halted: boolean; healed: FaultStatus[] }> {
    const { flags } = await this.parse(ChaosHalt)
    const root = await rootHere()
    if (flags.lift) return this.show(await liftHalt(root), 'Faults are allowed again.')
    const result = await haltFaults(root)
    if (result.healed.some(isResidual)) this.endWith(exitCodes.residual)
    return this.show(
      result,
      `${healedView(result.healed)}\nFaults are halted; allow them again with \`msvc chaos halt --lift\`.`,
    )
  }
}
