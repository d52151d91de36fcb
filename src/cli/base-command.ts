// What every command of msvc has in common: flags, how a result is shown, how trouble is shown.
//
// A command returns its result as data and gives a view that turns it into text:
//
//   async run() {
//     const { flags } = await this.parse(Down)
//     const result = await stopFleet(...)
//     return this.show(result, downView(result))      // text on stdout, or the data with --json
//   }
//
// Trouble that a user can cause is a UserError (src/errors.ts) and is thrown from anywhere. Everything
// else is a bug and says so. stdout is for results, stderr for progress and trouble.

import { Command } from '@oclif/core/command'
import { boolean } from '@oclif/core/flags'
import { exitCodes, UserError, type ExitCode } from '../errors.ts'
import { tellTrouble } from './tell-trouble.ts'

export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    'no-input': boolean({ description: 'Never ask; fail where an answer is needed.', helpGroup: 'GLOBAL' }),
  }

  /** Prints the text, unless --json asks for the data; returns the data for oclif to print. */
  protected show<T>(data: T, text: string): T {
    if (text !== '') this.log(text)
    return data
  }

  /** Progress and hints: to stderr, so that stdout stays the result. */
  protected progress(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  /** The command did its work and the answer is "no": report first, then this exit code. */
  protected endWith(code: ExitCode): void {
    process.exitCode = code
  }

  /** True when a person can be asked. */
  protected canAsk(flags: { 'no-input'?: boolean }): boolean {
    const hasTerminal = process.stdin.isTTY && process.stderr.isTTY
    return hasTerminal && !flags['no-input'] && !this.jsonEnabled() && process.env['CI'] === undefined
  }

  /** True when a person reads along, and wants a text. */
  protected isWatched(): boolean {
    return process.stdout.isTTY && !this.jsonEnabled()
  }

  /** Lines on stderr that are drawn again in place. */
  protected async liveLines() {
    const { createLogUpdate } = await import('log-update')
    return createLogUpdate(process.stderr)
  }

  protected override async catch(error: Error): Promise<void> {
    tellTrouble(error, { json: this.jsonEnabled() })
  }
}

export { exitCodes, UserError }
