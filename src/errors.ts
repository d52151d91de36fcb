// The errors that a user can cause or meet: a code, what happened, and what to do next.
//
// Everything else that is thrown is a bug of msvc and is shown as one (see cli/base-command.ts).
// The catalogue, one file a part in errors/, is the only place where such messages are written.

import { chaosErrors } from './errors/chaos.ts'
import { fleetErrors } from './errors/fleet.ts'
import { inputErrors } from './errors/input.ts'
import { loadErrors } from './errors/load.ts'
import { proxyErrors } from './errors/proxy.ts'
import { recordErrors } from './errors/records.ts'
import { systemErrors } from './errors/system.ts'

export { at, exitCodes, UserError, type ExitCode, type Place } from './errors/user-error.ts'

/** The catalogue: one function per kind of trouble. */
export const errors = {
  ...inputErrors,
  ...systemErrors,
  ...loadErrors,
  ...recordErrors,
  ...fleetErrors,
  ...chaosErrors,
  ...proxyErrors,
}
