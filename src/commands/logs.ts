import { string as argument } from '@oclif/core/args'
import { boolean, integer, string } from '@oclif/core/flags'
import { BaseCommand } from '../cli/base-command.ts'
import { logView } from '../cli/views/logs.ts'
import { rootHere } from '../runtime/here.ts'
import { logLines, openOutput } from '../runtime/logs.ts'
import { parseDuration } from '../system/duration.ts'

export default class Logs extends BaseCommand {
  static override summary = 'Show what the services wrote; without a running fleet, what was kept.'
  static override description = 'With --json, one object a line: {"service","at","stream","line"}.'
  static override strict = false
  static override examples = [
    '<%= config.bin %> logs order -f',
    '<%= config.bin %> logs --since 5m',
    '<%= config.bin %> logs payment -n 20 --json',
    '<%= config.bin %> logs --trace 4bf92f35',
  ]
  static override args = { services: argument({ description: 'Names of services; all if not said.' }) }
  static override flags = {
    follow: boolean({ char: 'f', description: 'Go on with new lines until Ctrl-C.' }),
    lines: integer({ char: 'n', description: 'Lines per service.', default: 100, min: 0 }),
    trace: string({
      description: 'Only lines of this trace, of all that is kept; the first 8 digits will do.',
      helpValue: '<id>',
    }),
    since: string({ description: 'Only lines that are not older.', helpValue: '<duration>' }),
  }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Logs)
    const services = argv as string[]
    const lines = await logLines(await rootHere(), {
      services,
      tail: flags.lines,
      follow: flags.follow,
      ...(flags.trace !== undefined && { traceId: flags.trace }),
      ...(flags.since !== undefined && { sinceMs: parseDuration(flags.since, '--since') }),
    })
    const view = this.jsonEnabled() ? JSON.stringify : logView(lines.services)
    const writeLine = openOutput()
    let written = 0
    for await (const line of lines) {
      written += 1
      // Nobody reads any more. oclif would wait for ever to flush a pipe that is closed: end here.
      if (!(await writeLine(view(line)))) process.exit(0)
    }
    if (flags.trace !== undefined && written === 0) {
      this.progress(
        `No line of the trace ${flags.trace}. Generated services write one for each request\nwith \`LOG_LEVEL=debug msvc up -d\`; otherwise only what changed, and what went wrong.`,
      )
    }
  }
}
