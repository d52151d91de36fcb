import { boolean, integer, string } from '@oclif/core/flags'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { requestFlags, requestTyped, targetArgument } from '../../cli/request-flags.ts'
import { errors } from '../../errors.ts'
import type { CapacityResult } from '../../runtime/find-capacity.ts'
import { parseDuration } from '../../system/duration.ts'
import { parseShare } from '../../system/parse-share.ts'

export default class LoadFindCapacity extends BaseCommand {
  static override summary = 'Find the highest rate at which a target meets its objectives.'
  static override description = [
    'Doubles the rate until the objectives are missed, probes where the limit is likeliest, confirms with a soak at nine tenths, and overloads the target once to see whether it recovers. Each probe settles first, ends when the limit is surely elsewhere, and begins when the target answers as if idle.',
    'Exit code 1: not even the lowest rate met them. Exit code 5: it could not be told (inconclusive, unconfirmed, or msvc was the limit).',
  ].join('\n\n')
  static override examples = [
    "<%= config.bin %> load find-capacity --slo 'p99<200ms,errors<1%'",
    "<%= config.bin %> load find-capacity http://127.0.0.1:4000/hello --slo 'p99<20ms' --arrivals poisson",
    '<%= config.bin %> load find-capacity http://127.0.0.1:4000/orders --method POST -H \'content-type: application/json\' --body \'{"sku":"a"}\'',
  ]
  static override args = targetArgument()
  static override flags = {
    slo: string({ description: 'The objectives.', default: 'p99<200ms,errors<1%' }),
    from: integer({ description: 'The rate to begin with.', default: 50 }),
    'max-rps': integer({ description: 'The highest rate to try.', default: 20_000 }),
    precision: string({ description: 'How near the limit should be known.', default: '3%' }),
    soak: string({ description: 'How long the result must hold at nine tenths.', default: '10s' }),
    arrivals: string({
      description: 'Evenly spaced, or as users who do not know each other.',
      options: ['even', 'poisson'],
      default: 'even',
    }),
    scenario: string({ char: 'f', description: 'A scenario file.', helpValue: 'FILE' }),
    ...requestFlags(),
    connections: integer({ char: 'c', description: 'Connections at most.' }),
    seed: integer({ description: 'Of the arrivals.', default: 1 }),
    'yes-i-own-this-target': boolean({ description: 'Needed for a public address.' }),
    record: boolean({ description: 'Keep the search and write its report.', default: true, allowNo: true }),
  }

  async run(): Promise<CapacityResult> {
    const { args, flags, metadata } = await this.parse(LoadFindCapacity)
    if (flags.from < 1 || flags['max-rps'] < flags.from)
      throw errors.badValue(
        '--max-rps',
        String(flags['max-rps']),
        'a rate that is not below --from, and that at least 1',
      )
    const { findCapacityOf } = await import('../../runtime/find-capacity.ts')
    const { result, text } = await findCapacityOf({
      given: Object.keys(flags).filter((name) => metadata.flags[name]?.setFromDefault !== true),
      target: args.target,
      from: process.cwd(),
      scenarioFile: flags.scenario,
      request: requestTyped(flags),
      slo: flags.slo,
      arrivals: flags.arrivals as 'even' | 'poisson',
      lowest: flags.from,
      highest: flags['max-rps'],
      precision: Math.max(0.005, parseShare(flags.precision, '--precision')),
      soakMs: parseDuration(flags.soak, '--soak'),
      timeoutMs: parseDuration(flags.timeout, '--timeout'),
      connections: flags.connections,
      seed: flags.seed,
      insecure: flags.insecure,
      http2: flags.http2,
      isOwnTarget: flags['yes-i-own-this-target'],
      record: flags.record,
      live: !this.jsonEnabled(),
    })
    if (result.verdict === 'interrupted') this.endWith(exitCodes.interrupted)
    else if (result.verdict === 'never-met') this.endWith(exitCodes.failed)
    else if (result.verdict !== 'found' && result.verdict !== 'not-reached') this.endWith(exitCodes.invalid)
    return this.show(result, text)
  }
}
