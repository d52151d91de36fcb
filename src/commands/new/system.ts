import { string as argument } from '@oclif/core/args'
import { boolean } from '@oclif/core/flags'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { newView, type NewResult } from '../../cli/views/new.ts'
import { errors } from '../../errors.ts'
import { questions } from '../../scaffold/questions.ts'

export default class NewSystem extends BaseCommand {
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
    install: boolean({ description: 'Run npm install.', default: true, allowNo: true }),
    git: boolean({ description: 'Run git init and make a first commit.', default: true, allowNo: true }),
  }

  async run(): Promise<NewResult> {
    const { args, flags } = await this.parse(NewSystem)
    const name = args.name ?? (await this.#askName(this.canAsk(flags)))
    const { newSystem } = await import('../../runtime/new.ts')
    const { interruptible } = await import('../../runtime/interrupt.ts')
    const result = await interruptible((signal) =>
      newSystem(name, {
        folder: process.cwd(),
        cliVersion: this.config.version,
        dryRun: flags['dry-run'],
        install: flags.install,
        git: flags.git,
        progress: (text) => this.progress(text),
        signal,
      }),
    )
    if (result.install.state === 'failed') this.endWith(exitCodes.failed)
    return this.show(result, newView(result))
  }

  async #askName(canAsk: boolean): Promise<string> {
    const { ask, flag } = questions.systemName
    if (!canAsk) throw errors.needsAnswer(ask, flag)
    const { askName } = await import('../../cli/ask-new.ts')
    return askName(ask)
  }
}
