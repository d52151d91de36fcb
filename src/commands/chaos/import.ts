import { string as argument } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import type { Imported } from '../../chaos/experiment/import-chaos-toolkit.ts'
import { BaseCommand } from '../../cli/base-command.ts'

export default class ChaosImport extends BaseCommand {
  static override summary = "Turn an experiment of Chaos Toolkit into one of msvc's."
  static override description =
    'Takes over http probes of services of the system here, and processes that run `msvc chaos`. Anything else, ' +
    'such as a Python provider, is refused by its name.'
  static override examples = [
    '<%= config.bin %> chaos import experiment.json',
    '<%= config.bin %> chaos import experiment.json --out experiments/imported.yaml',
  ]
  static override args = { file: argument({ required: true, description: 'JSON or YAML of Chaos Toolkit.' }) }
  static override flags = {
    out: string({ description: 'Write it there instead of printing it.', helpValue: 'FILE' }),
  }

  async run(): Promise<Imported> {
    const { args, flags } = await this.parse(ChaosImport)
    const { importExperiment } = await import('../../runtime/import-experiment.ts')
    const imported = await importExperiment(args.file, { from: process.cwd(), out: flags.out })
    for (const note of imported.notes) this.progress(note)
    const written = `Wrote ${flags.out}. Try it with \`msvc chaos run ${flags.out} --dry-run\`.`
    return this.show(imported, flags.out === undefined ? imported.yaml.trimEnd() : written)
  }
}
