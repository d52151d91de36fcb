// The hook that answers an unknown command: a suggestion, exit 2, never a prompt.
// (oclif's own plugin for this prompts, ignores --json and exits 127.)

import type { Hook } from '@oclif/core/hooks'
import { unknownCommand } from './unknown-command.ts'

const commandNotFound: Hook.CommandNotFound = async function ({ config, id }) {
  throw unknownCommand(id, config)
}

export default commandNotFound
