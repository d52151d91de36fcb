import { string as argument } from '@oclif/core/args'
import { BaseCommand } from '../../cli/base-command.ts'
import { deadLettersView } from '../../cli/views/dead-letters.ts'
import type { DeadLetters } from '../../runtime/dead-letters.ts'
import { rootHere } from '../../runtime/here.ts'

export default class DlqList extends BaseCommand {
  static override summary = 'List the dead letters of a service: what could not be sent, and why.'
  static override examples = ['<%= config.bin %> dlq list', '<%= config.bin %> dlq list notification --json']
  static override args = {
    service: argument({ description: 'A service with dead letters.', default: 'notification' }),
  }

  async run(): Promise<DeadLetters> {
    const { args } = await this.parse(DlqList)
    const { listDeadLetters } = await import('../../runtime/dead-letters.ts')
    const found = await listDeadLetters(await rootHere(), args.service)
    return this.show(found, deadLettersView(args.service, found.deadLetters))
  }
}
