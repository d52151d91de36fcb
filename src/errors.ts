// The errors that a user can cause or meet: a code, what happened, and what to do next.
//
// Everything else that is thrown is a bug of msvc and is shown as one (see cli/base-command.ts).
// The catalogue, one file a part in errors/, is the only place where such messages are written. A few parts, not
// many: every command loads all of them, and each file costs it about a millisecond.

import { chaosErrors } from './errors/chaos.ts'
import { fleetErrors } from './errors/fleet.ts'
import { loadErrors } from './errors/load.ts'
import { systemErrors } from './errors/system.ts'

export { at, exitCodes, UserError, type ExitCode, type Place } from './errors/user-error.ts'

/** The catalogue: one function per kind of trouble. */
export const errors = {
  ...systemErrors,
  ...loadErrors,
  ...fleetErrors,
  ...chaosErrors,
}
