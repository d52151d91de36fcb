import { boolean, integer, string } from '@oclif/core/flags'
import type { Experiment } from '../../chaos/experiment/experiment.ts'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { experimentPlanView, experimentView } from '../../cli/views/experiment.ts'
import { parseDuration } from '../../system/duration.ts'
import type { ExperimentResult } from '../../system/experiment-result.ts'
import { parseShare } from '../../system/parse-share.ts'

export default class ChaosMonkey extends BaseCommand {
  static override summary = 'Break random things for a while, under load; the seed decides which and when.'
  static override description =
    'One fault at a time, from an allow-list and within a budget. At the end the system has to be back, and its ' +
    'invariants have to hold. The same seed makes the same steps; --dry-run shows them. Exit codes as of chaos run.'
  static override examples = [
    '<%= config.bin %> chaos monkey --seed 42 --for 5m',
    '<%= config.bin %> chaos monkey --seed 42 --for 5m --dry-run',
    '<%= config.bin %> chaos monkey --faults kill,pause --spare gateway --budget 25%',
  ]
  static override flags = {
    seed: integer({ description: 'Decides every step.', default: 1, min: 0 }),
    for: string({ description: 'How long things are broken.', default: '2m', helpValue: '<duration>' }),
    rps: integer({ description: 'Requests a second meanwhile.', default: 100, min: 1 }),
    scenario: string({ description: 'What they ask for.', default: 'load/default.yaml', helpValue: 'FILE' }),
    faults: string({ description: 'Kinds that may be used, with commas.', helpValue: 'KIND,KIND' }),
    spare: string({ description: 'A service or edge that is left alone.', multiple: true, default: [] }),
    budget: string({ description: 'Share of the time in which something is broken.', default: '50%' }),
    'dry-run': boolean({ description: 'Show the steps; nothing is sent or broken.' }),
    junit: string({ description: 'Write the expectations as JUnit XML.', helpValue: 'FILE' }),
  }

  async run(): Promise<ExperimentResult | { plan: Experiment }> {
    const { flags } = await this.parse(ChaosMonkey)
    const { planMonkey, runReady } = await import('../../runtime/experiment-command.ts')
    const from = process.cwd()
    const { ready, lines } = await planMonkey(from, {
      seed: flags.seed,
      forMs: parseDuration(flags.for, '--for'),
      ratePerSecond: flags.rps,
      scenario: flags.scenario,
      faults: flags.faults?.split(',').map((kind) => kind.trim()),
      spare: flags.spare,
      budget: parseShare(flags.budget, '--budget'),
    })
    const plan = ready.experiment
    if (flags['dry-run']) return this.show({ plan }, experimentPlanView(plan, lines))
    const command = { from, junitFile: flags.junit, isQuiet: this.jsonEnabled() }
    const { result, report, exitCode } = await runReady(ready, command)
    if (exitCode !== exitCodes.done) this.endWith(exitCode)
    return this.show(result, experimentView(result, report))
  }
}
