import { boolean, string } from '@oclif/core/flags'
import { BaseCommand, exitCodes } from '../cli/base-command.ts'
import { eventLine } from '../cli/views/chaos.ts'
import { logView, newsView } from '../cli/views/logs.ts'
import { missingView, upView } from '../cli/views/status.ts'
import type { FleetStatus } from '../system/agent-api.ts'
import { parseDuration } from '../system/duration.ts'

export default class Up extends BaseCommand {
  static override summary = 'Start every service of the system here, and keep them running.'
  static override description =
    'A service that ends is started again, later each time; one that keeps ending is left down, and you are told.\n' +
    'Without --detach it stays and shows logs, exits, faults and breakers: Ctrl-C ends the services gracefully, a second one at once.'
  static override examples = [
    '<%= config.bin %> up -d',
    '<%= config.bin %> up',
    '<%= config.bin %> up -d --toxiproxy 127.0.0.1:8474',
  ]
  static override flags = {
    detach: boolean({ char: 'd', description: 'Return when every service is ready; they stay.' }),
    timeout: string({
      description: 'How long the services may take to become ready.',
      default: '60s',
      helpValue: '<duration>',
    }),
    direct: boolean({ description: 'Without proxies: no edge can be broken.' }),
    'toxiproxy-api': string({
      description: 'Where clients of Toxiproxy may break edges; not said: they may not.',
      helpValue: '<host:port>',
      exclusive: ['direct'],
    }),
    toxiproxy: string({
      description: 'A Toxiproxy server on this machine that makes the faults on edges; see docs/proxy.md.',
      helpValue: '<host:port>',
      exclusive: ['direct', 'toxiproxy-api'],
    }),
  }

  async run(): Promise<FleetStatus | undefined> {
    const { flags } = await this.parse(Up)
    const readyWithinMs = parseDuration(flags.timeout, '--timeout')
    const [{ startFleet, takeInterrupts, stayInForeground, findAgent }, { rootHere }] = await Promise.all([
      import('../runtime/up-command.ts'),
      import('../runtime/here.ts'),
    ])
    const root = await rootHere()
    using ctrlC = takeInterrupts()
    const beganAt = Date.now()
    let lastSeq = 0
    const fleet = await startFleet({
      root,
      cliVersion: this.config.version,
      attached: !flags.detach,
      readyWithinMs,
      isDirect: flags.direct,
      toxiproxyApi: flags['toxiproxy-api'],
      toxiproxy: flags.toxiproxy,
      signal: ctrlC.first,
      onEvent: (event) => {
        lastSeq = event.seq
        this.progress(eventLine(event, beganAt))
      },
      onRunning: () => this.progress('It is running already.'),
    })
    const { kind, agent } = fleet
    const status = await agent.status()
    if (flags.detach || kind === 'was-running') {
      this.show(status, upView(status, Date.now()))
      if (fleet.kind === 'was-running' && fleet.missing.length > 0) this.progress(missingView(fleet.missing))
      return status
    }

    this.progress(`\n${upView(status, Date.now())}\n`)
    const names = status.services.map(({ name }) => name)
    const view = logView(names)
    const news = newsView(names)
    const wasAsked = await stayInForeground({
      agent,
      ctrlC,
      line: (line) => (this.jsonEnabled() ? JSON.stringify(line) : view(line)),
      lastSeq,
      onNews: (event) => this.progress(news(event)),
      onStop: () => this.progress('\nStopping; Ctrl-C again ends everything at once.'),
    })
    if (wasAsked) this.progress('Stopped.')
    else {
      this.progress('The fleet was ended from elsewhere.')
      await findAgent(root) // says so if the agent was killed, and cleans up
      this.endWith(exitCodes.failed)
    }
    return undefined
  }
}
