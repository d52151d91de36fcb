// Errors before and around load, and about what was recorded: runs, and what services have stored.

import { at, didYouMean, exitCodes, type Place, UserError } from './user-error.ts'

export const loadErrors = {
  scenarioMissing: (file: string) =>
    new UserError({
      code: 'scenario-missing',
      message: `There is no scenario file ${file}.`,
      next: 'Name one with --scenario, or give a URL as the target.',
    }),
  targetInvalid(target: string, reason: string) {
    // Logs of a pipeline are read by many: what may be a password is not repeated.
    const shown = target.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1***@')
    return new UserError({
      code: 'target-invalid',
      message: `${JSON.stringify(shown)} cannot be loaded: ${reason}.`,
      next: 'Give a whole address, such as http://127.0.0.1:4000/orders.',
      data: { target: shown },
    })
  },
  sloMissing: (target: string, reason: string) =>
    new UserError({
      code: 'slo-missing',
      message: `There are no objectives of ${target}: ${reason}.`,
      next: "Write them into msvc.yaml (slo: {p99: 100ms, availability: 99.9%}), or say them: -t 'p99<100ms'.",
      data: { target },
    }),
  flagUnused: (flag: string, reason: string, next: string) =>
    new UserError({
      code: 'flag-unused',
      message: `${flag} would not be heeded: ${reason}.`,
      next,
      data: { flag },
    }),
  targetPublic: (host: string, address: string) =>
    new UserError({
      code: 'target-public',
      message: `${host === address ? host : `${host} (${address})`} is a public address.`,
      next: 'Load only what is yours to load; then say so with --yes-i-own-this-target.',
      data: { host, address },
    }),
  tooManyConnections: (connections: number, limit: number) =>
    new UserError({
      code: 'too-many-connections',
      message: `The run may need ${connections} connections, and a process may have ${limit} files open here.`,
      next: 'Raise the limit with `ulimit -n`, or give --connections.',
      data: { connections, limit },
    }),
  targetUnreachable: (target: string) =>
    new UserError({
      code: 'target-unreachable',
      message: `Nothing takes connections at ${target}.`,
      next: 'Start it first, or check host and port.',
      exitCode: exitCodes.failed,
      data: { target },
    }),
  hostUnknown: (host: string, cause: unknown) =>
    new UserError({
      code: 'host-unknown',
      message: `The name ${host} leads to no address.`,
      next: 'Check the spelling, or use an address such as 127.0.0.1.',
      cause,
      data: { host },
    }),
  requestInvalid: (name: string, reason: string, place?: Place) =>
    new UserError({
      code: 'request-invalid',
      message: `${place === undefined ? '' : `${at(place)}: `}The request ${JSON.stringify(name)} cannot be sent: ${reason}.`,
      next: 'Correct its method, path or headers.',
      data: { name, ...place },
    }),
  setupFailed: (step: { name: string; request: string; place: Place }, reason: string, cause?: unknown) =>
    new UserError({
      code: 'setup-failed',
      message: `${at(step.place)}: The setup step ${JSON.stringify(step.name)} (${step.request}) failed: ${reason}.`,
      next: 'No load was made. Check that the target runs and that the scenario fits it.',
      exitCode: exitCodes.failed,
      ...(cause === undefined ? {} : { cause }),
      data: { step: step.name, ...step.place },
    }),
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
  runOfAnotherSystem: (id: string, whose: string, here: string) =>
    new UserError({
      code: 'run-of-another-system',
      message: `The run ${id} is of the system ${whose}; this one is ${here}.`,
      next: 'Choose a run of this system: see all with `msvc runs list`.',
      data: { id, whose, here },
    }),
  runRecordCut: (id: string, file: string, count: { found: number; promised: number }) =>
    new UserError({
      code: 'run-record-cut',
      message: `The run ${id} got ${count.promised} orders acknowledged, of which ${file} holds ${count.found}.`,
      next: 'What is missing there cannot be looked for. Put the file back, or judge by another run with `--run`.',
      exitCode: exitCodes.failed,
      data: { id, file, ...count },
    }),
  runRecordUnreadable: ({ file, line }: { file: string; line: number }) =>
    new UserError({
      code: 'run-record-unreadable',
      message: `${file}:${line} is no acknowledged order.`,
      next: 'The record was changed or damaged. Put it back, or judge by another run with `--run`.',
      exitCode: exitCodes.failed,
      data: { file, line },
    }),
  runRecordChanged: (file: string) =>
    new UserError({
      code: 'run-record-changed',
      message: `${file} no longer holds what this run wrote into it: something else changed it.`,
      next: 'There is no report of this run. Record it again, and leave its folder alone until it has ended.',
      exitCode: exitCodes.failed,
      data: { file },
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
