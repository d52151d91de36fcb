// Errors about what was recorded: runs, and what services have stored.

import { didYouMean, exitCodes, UserError } from './user-error.ts'

export const recordErrors = {
  noRuns: () =>
    new UserError({
      code: 'no-runs',
      message: 'No run is recorded here yet.',
      next: 'Record one with `msvc load` or `msvc demo`.',
      exitCode: exitCodes.failed,
    }),
  unknownRun: (id: string, suggestion?: string) =>
    new UserError({
      code: 'unknown-run',
      message: `There is no run ${id}.${didYouMean(suggestion)}`,
      next: 'See all with `msvc runs list`.',
      data: { id, suggestion },
    }),
  noReport: (id: string) =>
    new UserError({
      code: 'no-report',
      message: `The run ${id} has no report: it goes on, or its process was killed.`,
      next: 'Its events so far are in events.ndjson in its folder; see `msvc runs list --json`.',
      exitCode: exitCodes.failed,
      data: { id },
    }),
  noLoadInRun: (id: string) =>
    new UserError({
      code: 'no-load-in-run',
      message: `The run ${id} has no load that ended: it goes on, was killed, or sent none.`,
      next: 'Choose another one from `msvc runs list`.',
      exitCode: exitCodes.failed,
      data: { id },
    }),
  noRecords: (service: string) =>
    new UserError({
      code: 'no-records',
      message: `This system has no service ${service}, whose records are judged.`,
      next: 'Run `msvc verify` in a system made by `msvc new system`.',
      exitCode: exitCodes.failed,
    }),
  recordsUnreadable: (reason: string, cause: unknown) =>
    new UserError({
      code: 'records-unreadable',
      message: `The records cannot be read: ${reason}`,
      next: 'See with `msvc status` whether every service is ready, then try again.',
      exitCode: exitCodes.failed,
      cause,
    }),
  noDeadLetters: (service: string, cause: unknown) =>
    new UserError({
      code: 'no-dead-letters',
      message: `${service} does not tell of dead letters: ${(cause as Error).message}`,
      next: 'Of the generated services, notification does; see with `msvc status` whether it is ready.',
      exitCode: exitCodes.failed,
      cause,
    }),
  noAuditLog: (service: string, folder: string) =>
    new UserError({
      code: 'no-audit-log',
      message: `${service} keeps no hash-chained event log in ${folder}.`,
      next: 'It has one once it has been started; of the generated services, order keeps one.',
      exitCode: exitCodes.failed,
    }),
  noAnchors: (folder: string) =>
    new UserError({
      code: 'no-anchors',
      message: `There is no folder ${folder} to read anchors from.`,
      next: 'Give the folder that the service has as ANCHOR_DIR.',
      data: { folder },
    }),
}
