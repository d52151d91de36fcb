// oclif's help, except for what it does with words that name no command: we suggest one.

import { Help, standardizeIDFromArgv } from '@oclif/core/help'
import { unknownCommand } from './unknown-command.ts'

export class MsvcHelp extends Help {
  override async showHelp(argv: string[]): Promise<void> {
    const words = argv.filter((word) => word !== 'help' && !word.startsWith('-'))
    const [id] = standardizeIDFromArgv(words, this.config)
    const isKnown = id === undefined || this.config.findCommand(id) || this.config.findTopic(id)
    if (!isKnown) throw unknownCommand(id, this.config)
    return super.showHelp(argv)
  }
}
