import { boolean, string } from '@oclif/core/flags'
import { resolve } from 'node:path'
import { demoPlan, type DemoResult } from '../chaos/demo.ts'
import { BaseCommand, exitCodes } from '../cli/base-command.ts'
import { demoIntervalView, demoStepView, demoView } from '../cli/views/demo.ts'

export default class Demo extends BaseCommand {
  static override summary = 'Show the whole job in about a minute: make, run, load, break, judge.'
  static override description =
    'Makes a system of four services in a temporary folder, starts it, sends it load, kills payment, and watches: does the breaker open, are orders still accepted, does the breaker close, is every acknowledged order paid exactly once? It is judged by what the services themselves recorded, and exits 0 only if all of it was observed.'
  static override examples = [
    '<%= config.bin %> demo',
    '<%= config.bin %> demo --keep',
    '<%= config.bin %> demo --system ./shop',
  ]
  static override flags = {
    keep: boolean({ description: 'Keep the system that it makes (a failed one is always kept).' }),
    system: string({
      description: 'Try this system instead of a new one; it must not run yet.',
      helpValue: 'FOLDER',
    }),
  }

  async run(): Promise<DemoResult> {
    const { flags } = await this.parse(Demo)
    const { runDemo } = await import('../runtime/demo.ts')
    const { interruptible } = await import('../runtime/interrupt.ts')
    const result = await interruptible((signal) =>
      runDemo({
        cliVersion: this.config.version,
        keep: flags.keep,
        systemFolder: flags.system === undefined ? undefined : resolve(flags.system),
        signal,
        watch: {
          ended: (step) => this.progress(demoStepView(step)),
          interval: (interval) => this.progress(demoIntervalView(interval, demoPlan.orderRequest)),
          note: (text) => this.progress(`          ${text}`),
        },
      }),
    )
    if (result.verdict === 'FAIL') this.endWith(exitCodes.failed)
    const { linesToType } = await import('../runtime/lines-to-type.ts')
    return this.show(result, demoView(result, await linesToType(tryIt(result))))
  }
}

const tryIt = ({ system }: DemoResult): string[] => [
  ...(system === null ? ['msvc new system shop && cd shop'] : [`cd ${system}`]),
  'msvc up -d',
  'msvc load --rps 500 --duration 20s',
  'msvc chaos kill payment',
  'msvc runs open',
]
