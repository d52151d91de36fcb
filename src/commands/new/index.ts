import { string as argument } from '@oclif/core/args'
import { BaseCommand } from '../../cli/base-command.ts'
import { errors } from '../../errors.ts'
import { questions } from '../../scaffold/questions.ts'
import { suggest } from '../../system/suggest.ts'

const kinds = [
  { name: 'system', about: 'four services and the platform that they share' },
  { name: 'service', about: 'one more service of the system here, or a system of just one' },
]

export default class New extends BaseCommand {
  static override summary = 'Make a system or a service; asks which.'
  static override args = { kind: argument({ description: questions.kind.ask, hidden: true }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(New)
    if (args.kind !== undefined) {
      const hint = suggest(
        args.kind,
        kinds.map(({ name }) => name),
      )
      throw errors.unknownCommand(`new ${args.kind}`, hint && `new ${hint}`)
    }
    if (!this.canAsk(flags)) throw errors.needsAnswer(questions.kind.ask, questions.kind.flag)
    const { askOne } = await import('../../cli/ask-new.ts')
    return this.config.runCommand(`new:${await askOne(questions.kind.ask, kinds)}`)
  }
}
