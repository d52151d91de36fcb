// How trouble is shown: on stderr what happened, then what to do next, last because it is read last;
// with --json on stdout, as data. Sets the exit code.

import chalk from 'chalk'
import { describeTrouble, type Trouble } from './trouble.ts'

export function tellTrouble(error: unknown, { json }: { json: boolean }): void {
  const trouble = describeTrouble(error)
  process.exitCode = trouble.exitCode
  if (json) process.stdout.write(`${JSON.stringify({ error: publicPart(trouble) }, null, 2)}\n`)
  else process.stderr.write(`${troubleView(trouble)}\n`)
}

function troubleView(trouble: Trouble): string {
  const lines = [`${chalk.red('Error:')} ${trouble.message}`]
  if (trouble.stack !== undefined) lines.push(chalk.dim(trouble.stack))
  if (trouble.next !== '') lines.push(`${chalk.cyan('Next:')}  ${trouble.next}`)
  return lines.join('\n')
}

const publicPart = ({ code, message, next, data }: Trouble) => ({
  code,
  message,
  next,
  ...(data && { data }),
})
