// Any thrown thing → what to tell: our own UserErrors, oclif's complaints about arguments, an
// interrupt, refusals of the file system, and bugs.

import { exitCodes, UserError, type ExitCode } from '../errors.ts'
import { diskTrouble } from './disk-trouble.ts'

export interface Trouble {
  code: string
  message: string
  next: string
  exitCode: ExitCode
  data?: Record<string, unknown>
  /** Only for bugs. */
  stack?: string
}

export function describeTrouble(thrown: unknown): Trouble {
  const error = diskTrouble(thrown) ?? thrown
  if (error instanceof UserError) {
    const { code, message, next, exitCode, data } = error
    return { code, message, next, exitCode, ...(data && { data }) }
  }
  if (isInterrupt(error)) {
    return { code: 'interrupted', message: 'Interrupted.', next: '', exitCode: exitCodes.interrupted }
  }
  if (isArgumentError(error)) {
    const message = argumentMessage(error.message)
    return {
      code: 'usage',
      message,
      next: 'See the arguments and flags with --help.',
      exitCode: exitCodes.usage,
    }
  }
  const known = error instanceof Error ? error : new Error(String(error))
  return {
    code: 'bug',
    message: `${known.message} (this is a bug of msvc)`,
    next: 'Please report it with the lines above and the output of `msvc --version`.',
    exitCode: exitCodes.failed,
    stack: known.stack ?? '',
  }
}

/** Without oclif's "The following error occurred:" and its list of one. */
function argumentMessage(said: string): string {
  const message = said.replace(/\n?See more help with --help\s*$/, '').trim()
  const [, only] = /^The following error occurred:\n\s*([^\n]+)$/.exec(message) ?? []
  const [, name, what] = /^Missing 1 required arg:\n(\S+) +([^\n]+)$/.exec(message) ?? []
  return only ?? (name === undefined ? message : `Missing argument ${name.toUpperCase()}: ${what}`)
}

// oclif marks its own errors with the exit code that it wants; 2 is a parse error.
const isArgumentError = (error: unknown): error is Error =>
  error instanceof Error && (error as { oclif?: { exit?: number } }).oclif?.exit === 2

// Ctrl-C in a prompt of @inquirer/prompts, and our own aborted work.
const isInterrupt = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'InterruptError')
