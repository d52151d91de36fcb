import { string } from '@oclif/core/flags'
import { anchorsFlag } from '../cli/anchors-flag.ts'
import { BaseCommand, exitCodes } from '../cli/base-command.ts'
import { verifyView } from '../cli/views/verify.ts'
import { rootHere } from '../runtime/here.ts'
import type { Verification } from '../runtime/verify.ts'
import { parseDuration } from '../system/duration.ts'

export default class Verify extends BaseCommand {
  static override summary = 'Check that nothing acknowledged was lost and nobody was charged twice.'
  static override description =
    'After load or chaos: compares what a load run got acknowledged with what every part recorded for itself ' +
    '(orders, payments, the books of the payment provider, notifications, the mailbox, the audit chain). What is ' +
    'still under way gets time to settle. Exit code 1 when anything is broken, with the first counter-examples.'
  static override examples = [
    '<%= config.bin %> verify',
    '<%= config.bin %> verify --run 3f2a --within 1m',
    '<%= config.bin %> verify --json',
  ]
  static override flags = {
    run: string({
      description: 'Id of the load run, or its last four characters; the newest one if left out.',
      helpValue: '<run>',
    }),
    anchors: anchorsFlag(),
    within: string({
      description: 'How long to wait while none of the orders and messages under way settles.',
      default: '30s',
      helpValue: '<duration>',
    }),
  }

  async run(): Promise<Verification> {
    const { flags } = await this.parse(Verify)
    const withinMs = parseDuration(flags.within, '--within')
    const { verifySystem } = await import('../runtime/verify.ts')
    const { run, anchors: anchorFolder } = flags
    const verification = await verifySystem({ root: await rootHere(), run, anchorFolder, withinMs })
    if (verification.verdict === 'FAIL') this.endWith(exitCodes.failed)
    return this.show(verification, verifyView(verification))
  }
}
