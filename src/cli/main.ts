// The way in: oclif finds and runs the command; trouble that no command was there to show (an unknown
// command, help for one) is shown here, in the same way.

import { flush } from '@oclif/core/flush'
import { run } from '@oclif/core/run'
import { tellTrouble } from './tell-trouble.ts'

type LoadOptions = Parameters<typeof run>[1]

/** @param typed what stands behind `msvc` */
export async function main(typed: readonly string[], load: LoadOptions): Promise<void> {
  const args = commandFirst(typed)
  try {
    await run(args, load)
    await flush()
  } catch (error) {
    tellTrouble(error, { json: asksForJson(typed) })
  }
}

// What every command takes may stand before its name too; oclif would read it as the name. Its help
// command knows none of it.
const common = new Set(['--json', '--no-input'])

function commandFirst(typed: readonly string[]): string[] {
  const first = typed.findIndex((word) => !common.has(word))
  if (typed[first] === 'help') return typed.filter((word) => !common.has(word))
  return first <= 0 ? [...typed] : [...typed.slice(first), ...typed.slice(0, first)]
}

function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? args.length : end).includes('--json')
}
