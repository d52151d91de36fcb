// The lines that we suggest, made so that they work as typed in the shell of the user: before `npm link`
// there is no `msvc` in it, and its Node may be older than what a system states in devEngines.

import { dirname } from 'node:path'
import { findsMsvc, program, userNode } from '../adapters/user-shell.ts'

const oldestMajor = 24
const oldestMinor = 15

/** The lines, with those in front that make them work, if there is need for any. */
export async function linesToType(
  lines: readonly string[],
  path: string | undefined = process.env['PATH'],
): Promise<string[]> {
  const uses = (name: string): boolean => lines.some((line) => line.startsWith(`${name} `))
  const first: string[] = []
  if (uses('npm') && !isNewEnough(await userNode(path)))
    first.push(`export PATH=${quoted(dirname(process.execPath))}:"$PATH"`)
  if (uses('msvc') && !(await findsMsvc(path))) first.push(`alias msvc=${quoted(program)}`)
  return [...first, ...lines]
}

function isNewEnough(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/** As one word of a shell. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
