import { string as argument } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import type { Experiment } from '../../chaos/experiment/experiment.ts'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { experimentPlanView, experimentView } from '../../cli/views/experiment.ts'
import type { ExperimentResult } from '../../system/experiment-result.ts'

export default class ChaosRun extends BaseCommand {
  static override summary = 'Run an experiment on the running system: load, faults, and what must stay true.'
  static override description =
    'Exit codes: 0 PASS, 3 DEVIATED or HALTED, 5 NO-BASELINE (the steady state did not hold before, or the load ' +
    'was not valid), 4 a fault could not be healed, 1 ERROR (a fault touched nothing), 130 interrupted.'
  static override examples = [
    '<%= config.bin %> chaos run experiments/payment-down.yaml',
    '<%= config.bin %> chaos run experiments/payment-down.yaml --dry-run',
    '<%= config.bin %> chaos run experiments/payment-down.yaml --json --junit chaos.xml',
  ]
  static override args = { file: argument({ required: true, description: 'The experiment.' }) }
  static override flags = {
    'dry-run': boolean({ description: 'Check the file and show the plan; nothing is sent or broken.' }),
    junit: string({ description: 'Write the expectations as JUnit XML.', helpValue: 'FILE' }),
  }

  async run(): Promise<ExperimentResult | { plan: Experiment }> {
    const { args, flags } = await this.parse(ChaosRun)
    const { dryRunExperiment, runExperimentFile } = await import('../../runtime/experiment-command.ts')
    const from = process.cwd()
    if (flags['dry-run']) {
      const { plan, lines } = await dryRunExperiment(args.file, from)
      return this.show({ plan }, experimentPlanView(plan, lines))
    }
    const { result, report, exitCode } = await runExperimentFile(args.file, {
      from,
      junitFile: flags.junit,
      isQuiet: this.jsonEnabled(),
    })
    if (exitCode !== exitCodes.done) this.endWith(exitCode)
    return this.show(result, experimentView(result, report))
  }
}
