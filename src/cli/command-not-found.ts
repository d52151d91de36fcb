// The hook that answers an unknown command: a suggestion, exit 2, never a prompt.
// (oclif's own plugin for this prompts, ignores --json and exits 127.)

import type { Hook } from '@oclif/core/hooks'
import { errors, exitCodes } from '../errors.ts'
import { troubleView } from './base-command.ts'
import { nearestCommand } from './nearest-command.ts'
import { describeTrouble } from './trouble.ts'

const commandNotFound: Hook.CommandNotFound = async function ({ config, id, argv = [] }) {
  const names = [...config.commandIDs, ...config.topics.map(({ name }) => name)]
  const known = names.map((name) => name.replaceAll(':', ' '))
  const { typed, suggestion } = nearestCommand(id.split(':'), known)
  const trouble = describeTrouble(errors.unknownCommand(typed, suggestion))
  process.exitCode = exitCodes.usage
  if (argv.includes('--json')) {
    const { code, message, next, data } = trouble
    process.stdout.write(`${JSON.stringify({ error: { code, message, next, data } }, null, 2)}\n`)
  } else process.stderr.write(`${troubleView(trouble)}\n`)
}

export default commandNotFound
