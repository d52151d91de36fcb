import { boolean, integer, string } from '@oclif/core/flags'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { requestFlags, requestTyped, targetArgument } from '../../cli/request-flags.ts'
import { errors } from '../../errors.ts'
import { parseDuration } from '../../system/duration.ts'
import { suggest } from '../../system/suggest.ts'
import { pacings } from '../../load/pacing.ts'
import type { Pacing } from '../../ports.ts'
import { parseShare } from '../../system/parse-share.ts'
import { parseThreshold } from '../../load/thresholds.ts'
import type { RequestFormat } from '../../load/readers/read-requests.ts'
import type { LoadOptions, LoadResult } from '../../runtime/load-command.ts'

/** As a threshold: those of msvc.yaml. */
const slo = 'slo'

export default class Load extends BaseCommand {
  static override summary = 'Send load: an open model in which every arrival is accounted for.'
  static override description = [
    'With --rps, arrivals come on a schedule that the target cannot slow down; latency counts from the intended start, and every arrival ends in exactly one outcome. In a system and without a target, the entry gets its default scenario, load/default.yaml.',
    'With -c and without --rps, autocannon (or msvc, with --engine msvc) saturates a plain target with that many connections (closed model): useful for a rough maximum, blind to what it does not send. It is not judged: it exits 0 whatever was answered.',
    'Thresholds are p50 to p99.99, max, mean, errors or one outcome (share or number), rps and ok-rps, of the whole run, of one request or of a phase of the schedule: p99{place order}<300ms, p99@stage2<1s, errors@10s-30s<1%. A failed arrival counts as infinitely slow. Exit code 1: one was missed.',
    'Exit code 5: the run is not valid as a measurement (the generator or the machine was the limit).',
  ].join('\n\n')
  static override examples = [
    '<%= config.bin %> load --rps 500 --duration 20s',
    '<%= config.bin %> load http://127.0.0.1:4000/hello --rps 10000',
    "<%= config.bin %> load http://127.0.0.1:4000/hello --stages '10s:100,30s:1000,10s:0' --arrivals poisson",
    `<%= config.bin %> load http://127.0.0.1:4000/orders --rps 50 --method POST -H 'content-type: application/json' --body '{"sku":"a"}'`,
    "<%= config.bin %> load --rps 500 -t 'p99<200ms' -t 'errors<1%' --junit load.xml",
    '<%= config.bin %> load order/feed --rps 50 -t slo',
    '<%= config.bin %> load http://127.0.0.1:4000/hello -c 50 --duration 10s',
    '<%= config.bin %> load http://127.0.0.1:4000/hello -c 50 --duration 10s --engine msvc',
  ]
  static override args = targetArgument()
  static override flags = {
    rps: string({ char: 'R', description: 'Arrivals per second.', helpValue: '500' }),
    duration: string({
      char: 'd',
      description: 'How long arrivals come; a number alone is of seconds.',
      default: '10s',
      helpValue: '20s',
    }),
    scenario: string({
      char: 'f',
      description: 'A scenario file instead of load/default.yaml.',
      helpValue: 'FILE',
    }),
    from: string({
      description: 'Requests of another tool (vegeta targets, HAR, OpenAPI) instead of a scenario.',
      helpValue: 'FILE',
    }),
    format: string({
      description: 'Of --from; guessed if left out.',
      options: ['vegeta', 'vegeta-json', 'har', 'openapi'],
    }),
    ...requestFlags(),
    deadline: string({
      description: 'An arrival that waited longer for a connection is shed; --timeout if left out.',
      helpValue: '100ms',
    }),
    'yes-i-own-this-target': boolean({
      description: 'The target may have a public address: it is yours to load.',
      default: false,
    }),
    engine: string({
      description: 'With a rate msvc, without one autocannon, if not said; with -c and no rate, msvc too.',
      options: ['msvc', 'autocannon'],
    }),
    connections: integer({ char: 'c', description: 'Connections at most; without --rps, exactly these.' }),
    'max-in-flight': integer({ description: 'Arrivals under way at most; more are dropped (and counted).' }),
    stages: string({
      description: 'Linear to each rate in its time, from --rps or 0; 0s is a jump.',
      helpValue: "'10s:100,30s:1000,10s:0'",
    }),
    spike: string({ description: 'From when, for how long, at which rate.', helpValue: "'10s+5s:1000'" }),
    wave: string({ description: 'So much above and below --rps, with that period.', helpValue: "'400/30s'" }),
    replay: string({ description: 'Recorded times in ms, one a line.', helpValue: 'FILE' }),
    arrivals: string({
      description: 'Evenly spaced, or as users who do not know each other.',
      options: ['even', 'poisson'],
      default: 'even',
    }),
    seed: integer({
      description: 'Of Poisson arrivals, and of the order in which a scenario mixes its requests.',
      default: 1,
    }),
    workers: integer({ description: 'Threads of the generator.', default: 1 }),
    pacing: string({
      description: 'metronome: to 0.2 ms; precise: spins on a core of its own; eco: a timer, to 5 ms.',
      options: [...pacings],
      default: 'metronome',
    }),
    threshold: string({
      char: 't',
      multiple: true,
      description:
        'What has to be reached (repeatable; `slo`: what msvc.yaml says of the service); missed: exit code 1.',
      helpValue: "'p99<200ms'",
    }),
    junit: string({ description: 'Write the thresholds as JUnit XML.', helpValue: 'FILE' }),
    baseline: string({
      description: 'Compare with a recorded run, or several; worse: exit code 1 (see `load compare`).',
      helpValue: 'RUN,…',
    }),
    tolerance: string({ description: 'Of that comparison: a smaller change does not count.', default: '5%' }),
    record: boolean({ description: 'Keep the run and write its report.', default: true, allowNo: true }),
  }

  async run(): Promise<LoadResult> {
    const { args, flags, metadata } = await this.parse(Load)
    refuseMisspelt(args.target)
    const { threshold: thresholds = [] } = flags
    const options: LoadOptions = {
      given: Object.keys(flags).filter((name) => metadata.flags[name]?.setFromDefault !== true),
      target: args.target,
      from: process.cwd(),
      ratePerSecond: flags.rps === undefined ? undefined : rate(flags.rps),
      durationMs: parseDuration(inSeconds(flags.duration), '--duration'),
      timeoutMs: parseDuration(flags.timeout, '--timeout'),
      scenarioFile: flags.scenario,
      requestsFile: flags.from,
      requestsFormat: flags.format as RequestFormat | undefined,
      request: requestTyped(flags),
      engine: flags.engine as LoadOptions['engine'],
      connections: flags.connections,
      maxInFlight: flags['max-in-flight'],
      seed: flags.seed,
      workers: flags.workers,
      pacing: flags.pacing as Pacing,
      deadlineMs: flags.deadline === undefined ? undefined : parseDuration(flags.deadline, '--deadline'),
      insecure: flags.insecure,
      http2: flags.http2,
      isOwnTarget: flags['yes-i-own-this-target'],
      confirm: this.canAsk(flags) ? confirmed : undefined,
      schedule: {
        stages: flags.stages,
        spike: flags.spike,
        wave: flags.wave,
        replayFile: flags.replay,
        arrivals: flags.arrivals as 'even' | 'poisson',
      },
      thresholds: thresholds.filter((text) => text !== slo).map((text) => parseThreshold(text)),
      isJudgedBySlo: thresholds.includes(slo),
      junitFile: flags.junit,
      baseline:
        flags.baseline === undefined
          ? undefined
          : { runs: flags.baseline, tolerance: parseShare(flags.tolerance, '--tolerance') },
      record: flags.record,
      live: !this.jsonEnabled(),
    }
    const { runLoadCommand } = await import('../../runtime/load-command.ts')
    const { result, text } = await runLoadCommand(options)
    if (result.isInterrupted) this.endWith(exitCodes.interrupted)
    else if (result.model === 'open' && result.verdict !== 'valid') this.endWith(exitCodes.invalid)
    else if (result.model === 'open' && fellShort(result)) this.endWith(exitCodes.failed)
    return this.show(result, text)
  }
}

const fellShort = ({ thresholds, comparison }: Extract<LoadResult, { model: 'open' }>): boolean =>
  thresholds.some(({ ok }) => !ok) || comparison?.verdict === 'worse'

async function confirmed(message: string): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts')
  return confirm({ message, default: false })
}

// `load` takes a target, so oclif reads a misspelt `load find-capacity` as one.
function refuseMisspelt(target: string | undefined): void {
  const meant = target === undefined ? undefined : suggest(target, ['find-capacity', 'compare'])
  if (meant !== undefined) throw errors.unknownCommand(`load ${target}`, `load ${meant}`)
}

/** A number alone is of seconds, as autocannon has it. */
const inSeconds = (duration: string): string => (/^\d+$/.test(duration) ? `${duration}s` : duration)

function rate(text: string): number {
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isFinite(value))
    throw errors.badValue('--rps', text, 'a number of arrivals per second, such as 500')
  return value
}
