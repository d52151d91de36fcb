import { string as argument } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import { BaseCommand } from '../../cli/base-command.ts'
import { replayedView } from '../../cli/views/dead-letters.ts'
import type { Replayed } from '../../runtime/dead-letters.ts'
import { rootHere } from '../../runtime/here.ts'

export default class DlqReplay extends BaseCommand {
  static override summary = 'Try dead letters again, under the ids that they have.'
  static override examples = [
    '<%= config.bin %> dlq replay',
    '<%= config.bin %> dlq replay --id 1f0c9a52-6a1e-4d0b-9d70-3a5a2f4f6a01:sms',
  ]
  static override args = {
    service: argument({ description: 'A service with dead letters.', default: 'notification' }),
  }
  static override flags = {
    id: string({
      description: 'Only this letter; may be given again. All if left out.',
      multiple: true,
      helpValue: '<letter>',
    }),
  }

  async run(): Promise<Replayed> {
    const { args, flags } = await this.parse(DlqReplay)
    const { replayDeadLetters } = await import('../../runtime/dead-letters.ts')
    const result = await replayDeadLetters(await rootHere(), args.service, flags.id)
    return this.show(result, replayedView(args.service, result.replayed))
  }
}
