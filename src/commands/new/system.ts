import { string as argument } from '@oclif/core/args'
import { boolean } from '@oclif/core/flags'
import { installFlag, NewCommand } from '../../cli/new-command.ts'
import type { NewResult } from '../../cli/views/new.ts'
import { errors } from '../../errors.ts'
import { questions } from '../../scaffold/questions.ts'

export default class NewSystem extends NewCommand {
  static override summary = 'Make a system: four services and the platform that they share.'
  static override description =
    'gateway → order → payment, and notification, which follows the orders. Installed, and under git.'
  static override examples = [
    '<%= config.bin %> new system shop',
    '<%= config.bin %> new system shop --dry-run',
  ]
  static override args = { name: argument({ description: `${questions.systemName.ask}; its folder too` }) }
  static override flags = {
    'dry-run': boolean({ description: 'Print what would be made; write nothing.' }),
    install: installFlag,
    git: boolean({ description: 'Run git init and make a first commit.', default: true, allowNo: true }),
  }

  async run(): Promise<NewResult> {
    const { args, flags } = await this.parse(NewSystem)
    const name = args.name ?? (await this.#askName(this.canAsk(flags)))
    const { newSystem } = await import('../../runtime/new.ts')
    const { interruptible } = await import('../../runtime/interrupt.ts')
    const options = { ...this.newOptions(flags), folder: process.cwd() }
    return this.showNew(await interruptible((signal) => newSystem(name, { ...options, signal })))
  }

  async #askName(canAsk: boolean): Promise<string> {
    const { ask, flag } = questions.systemName
    if (!canAsk) throw errors.needsAnswer(ask, flag)
    const { askName } = await import('../../cli/ask-new.ts')
    return askName(ask)
  }
}
