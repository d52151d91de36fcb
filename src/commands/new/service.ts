import { string as argument } from '@oclif/core/args'
import { boolean, integer, string } from '@oclif/core/flags'
import { installFlag, NewCommand } from '../../cli/new-command.ts'
import type { NewResult } from '../../cli/views/new.ts'
import { errors } from '../../errors.ts'
import type { ServiceWish } from '../../scaffold/choose-service.ts'
import { questions } from '../../scaffold/questions.ts'
import { serviceTemplates, templateNames } from '../../scaffold/templates.ts'

/** What the flags say; what they do not say is undefined. */
interface Said {
  template: string | undefined
  dependsOn: string[] | undefined
  port: number | undefined
}

export default class NewService extends NewCommand {
  static override summary =
    'Add a service to the system here; outside one, make a system of just this service.'
  static override description = serviceTemplates.map(({ name, about }) => `${name}: ${about}`).join('\n')
  static override examples = [
    '<%= config.bin %> new service refunds',
    '<%= config.bin %> new service returns --template order --depends-on payment --port 4100',
  ]
  static override args = { name: argument({ description: `${questions.serviceName.ask}; its folder too` }) }
  static override flags = {
    template: string({
      char: 't',
      description: `${questions.template.ask}.`,
      helpValue: `<${templateNames.join('|')}>`,
    }),
    'depends-on': string({
      description: `${questions.dependsOn.ask}, with commas.`,
      helpValue: '<services>',
      multiple: true,
      delimiter: ',',
    }),
    port: integer({ description: 'Port that it listens on; the next one if not said.', min: 1, max: 65_535 }),
    'dry-run': boolean({ description: 'Print what would be made and changed; write nothing.' }),
    install: installFlag,
    git: boolean({ description: 'Outside a system: git init, first commit.', default: true, allowNo: true }),
  }

  async run(): Promise<NewResult> {
    const { args, flags } = await this.parse(NewService)
    const said = { template: flags.template, dependsOn: flags['depends-on'], port: flags.port }
    const wish =
      args.name === undefined
        ? await this.#ask(said, this.canAsk(flags))
        : { ...said, name: args.name, template: said.template ?? 'blank' }
    const { newService } = await import('../../runtime/new.ts')
    const { interruptible } = await import('../../runtime/interrupt.ts')
    const options = { ...this.newOptions(flags), folder: process.cwd() }
    return this.showNew(await interruptible((signal) => newService(wish, { ...options, signal })))
  }

  /** What was not said on the command line is asked: the name always, the rest where there is a choice. */
  async #ask(said: Said, canAsk: boolean): Promise<ServiceWish> {
    const { serviceName, template, dependsOn } = questions
    if (!canAsk) throw errors.needsAnswer(serviceName.ask, serviceName.flag)
    const [{ askName, askOne, askSome }, { systemAround }] = await Promise.all([
      import('../../cli/ask-new.ts'),
      import('../../runtime/new.ts'),
    ])
    const around = await systemAround(process.cwd())
    const known = around?.system.services.map(({ name }) => name) ?? []
    const name = await askName(serviceName.ask, known)
    const chosen = said.template ?? (await askOne(template.ask, serviceTemplates))
    const calls = serviceTemplates.find((candidate) => candidate.name === chosen)?.calls ?? []
    const callees =
      said.dependsOn ?? (known.length > 0 ? await askSome(dependsOn.ask, known, calls) : undefined)
    return { name, template: chosen, dependsOn: callees, port: said.port }
  }
}
