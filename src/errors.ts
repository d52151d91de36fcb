// The errors that a user can cause or meet: a code, what happened, and what to do next.
//
// Everything else that is thrown is a bug of msvc and is shown as one (see cli/base-command.ts).
// The catalogue below is the only place where such messages are written.

/** Exit codes of every command. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  refuted: 3,
  residual: 4,
  invalid: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

interface Trouble {
  /** Stable, kebab-case; scripts match on it. */
  code: string
  /** What happened, with the place. */
  message: string
  /** What to do next; shown on the last line. */
  next: string
  exitCode?: ExitCode
  cause?: unknown
  /** Machine-readable detail for --json. */
  data?: Record<string, unknown>
}

/** Expected trouble: shown as message and next step, without a stack. */
export class UserError extends Error {
  readonly code: string
  readonly next: string
  readonly exitCode: ExitCode
  readonly data: Record<string, unknown> | undefined

  constructor(trouble: Trouble) {
    super(trouble.message, trouble.cause === undefined ? {} : { cause: trouble.cause })
    this.name = 'UserError'
    this.code = trouble.code
    this.next = trouble.next
    this.exitCode = trouble.exitCode ?? exitCodes.usage
    this.data = trouble.data
  }
}

/** A place in a text file; line and column count from 1. */
export interface Place {
  file: string
  line: number
  column: number
}

export const at = (place: Place): string => `${place.file}:${place.line}:${place.column}`

const didYouMean = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : ` Did you mean ${suggestion}?`

/** The catalogue: one function per kind of trouble, grouped by the part that meets it. */
export const errors = {
  // system
  noSystemHere: (folder: string) =>
    new UserError({
      code: 'no-system-here',
      message: `There is no msvc.yaml in ${folder} or in a folder above it.`,
      next: 'Make a system with `msvc new system shop`, or change into one.',
    }),
  fileInvalid: (place: Place, reason: string, next: string) =>
    new UserError({
      code: 'file-invalid',
      message: `${at(place)}: ${reason}`,
      next,
      data: { ...place },
    }),
  unknownService: (name: string, known: string[], suggestion?: string) =>
    new UserError({
      code: 'unknown-service',
      message: `There is no service named ${name}.${didYouMean(suggestion)}`,
      next: known.length === 0 ? 'Add one with `msvc new service`.' : `Services: ${known.join(', ')}.`,
      data: { name, known, suggestion },
    }),
  badName: (name: string, reason: string, suggestion?: string) =>
    new UserError({
      code: 'bad-name',
      message: `${JSON.stringify(name)} cannot be used as a name: ${reason}.`,
      next: suggestion === undefined ? 'Choose another name.' : `Try ${suggestion}.`,
      data: { name, suggestion },
    }),

  // command line
  unknownCommand: (name: string, suggestion?: string) =>
    new UserError({
      code: 'unknown-command',
      message: `msvc ${name} is not a command.${didYouMean(suggestion && `msvc ${suggestion}`)}`,
      next: 'See all commands with `msvc help`.',
      data: { name, suggestion },
    }),
  badValue: (what: string, value: string, expected: string) =>
    new UserError({
      code: 'bad-value',
      message: `${what} cannot be ${JSON.stringify(value)}.`,
      next: `Expected ${expected}.`,
      data: { what, value },
    }),
  needsAnswer: (what: string, flag: string) =>
    new UserError({
      code: 'needs-answer',
      message: `${what} is needed, and there is nobody to ask.`,
      next: `Give it on the command line: ${flag}.`,
    }),

  // disk
  diskRefused: (
    { doing, path, reason }: { doing: string; path: string; reason: string },
    code: string,
    cause: unknown,
  ) =>
    new UserError({
      code: 'disk-refused',
      message: `Cannot ${doing} ${path}: ${reason}.`,
      next: 'Mend that, or use another folder; then type the same again.',
      exitCode: exitCodes.failed,
      cause,
      data: { path, errno: code },
    }),
  folderGone: (cause: unknown) =>
    new UserError({
      code: 'folder-gone',
      message: 'The folder that you are in was removed.',
      next: 'Change into one that is there, such as with `cd`.',
      cause,
    }),

  // scaffold
  nameTaken: (name: string, suggestion?: string) =>
    new UserError({
      code: 'name-taken',
      message: `The system has a service named ${name} already.`,
      next: suggestion === undefined ? 'Choose another name.' : `Try ${suggestion}.`,
      data: { name, suggestion },
    }),
  /** Lists the first twenty; the data has all. */
  filesInTheWay: (root: string, refused: { path: string; reason: string }[]) =>
    new UserError({
      code: 'files-in-the-way',
      message: [
        `Nothing was written: ${refused.length} ${refused.length === 1 ? 'path is' : 'paths are'} taken in ${root}.`,
        ...refused.slice(0, 20).map(({ path, reason }) => `  ${path}  (${reason})`),
        ...(refused.length > 20 ? [`  and ${refused.length - 20} more (--json lists all)`] : []),
      ].join('\n'),
      next: 'Choose another name or folder, or move these out of the way; msvc never overwrites.',
      data: { root, refused },
    }),

  // load
  scenarioMissing: (file: string) =>
    new UserError({
      code: 'scenario-missing',
      message: `There is no scenario file ${file}.`,
      next: 'Name one with --scenario, or give a URL as the target.',
    }),
  fileMissing: (file: string) =>
    new UserError({
      code: 'file-missing',
      message: `There is no file ${file}.`,
      next: 'Check the path; it is taken from the folder that you are in.',
      data: { file },
    }),
  targetInvalid: (target: string, reason: string) =>
    new UserError({
      code: 'target-invalid',
      message: `${JSON.stringify(target)} cannot be loaded: ${reason}.`,
      next: 'Give a whole address, such as http://127.0.0.1:4000/orders.',
      data: { target },
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

  // runs
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

  // verify
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

  // agent
  agentNotRunning: (system: string) =>
    new UserError({
      code: 'agent-not-running',
      message: `Nothing runs of ${system}: its agent does not answer.`,
      next: 'Start it with `msvc up -d`.',
      exitCode: exitCodes.failed,
    }),
  serviceAddedSince: (service: string, cause: unknown) =>
    new UserError({
      code: 'service-added-since',
      message: `${service} stands in msvc.yaml, but not in the fleet that runs: it was added since \`msvc up\`.`,
      next: 'Start the system again with `msvc down` and `msvc up -d`; then it is part of it.',
      exitCode: exitCodes.failed,
      cause,
      data: { service },
    }),
  agentRecordForeign: (path: string, pid: number | undefined) =>
    new UserError({
      code: 'agent-record-foreign',
      message: `${path} was not written by this version of msvc, so it does not tell whether the system runs.`,
      next: `End that fleet with \`msvc down\` of the version that started it${pid === undefined ? '' : `, or with \`kill ${pid}\` if that is its agent`}; then remove the file.`,
      exitCode: exitCodes.failed,
      data: { path, pid },
    }),
  agentGone: (system: string, cause: unknown) =>
    new UserError({
      code: 'agent-gone',
      message: `The agent of ${system} ended in the meantime.`,
      next: 'See what is left with `msvc status`.',
      exitCode: exitCodes.failed,
      cause,
    }),
  fleetAstray: (system: string, pid: number, why: string) =>
    new UserError({
      code: 'fleet-astray',
      message: `${system} still runs (agent pid ${pid}), but its folder is not as it was: ${why}.`,
      next: 'End it with `msvc down`, then start it again with `msvc up -d`.',
      exitCode: exitCodes.failed,
      data: { system, pid, why },
    }),
  unknownEdge: (name: string, known: string[], suggestion?: string) =>
    new UserError({
      code: 'unknown-edge',
      message: `There is no edge ${name}.${didYouMean(suggestion)}`,
      next: known.length === 0 ? 'No service here calls another.' : `Edges: ${known.join(', ')}.`,
      data: { name, known, suggestion },
    }),
  breakerAbsent: (edge: string, caller: string) =>
    new UserError({
      code: 'breaker-absent',
      message: `${caller} publishes no breaker for ${edge}, or does not run.`,
      next: 'See what runs with `msvc status`; a service publishes its breakers at /breakers on its admin port.',
      exitCode: exitCodes.failed,
      data: { edge },
    }),
  breakerRefused: (edge: string, reason: string) =>
    new UserError({
      code: 'breaker-refused',
      message: `The breaker of ${edge} was not set: ${reason}.`,
      next: 'See how it is with `msvc breaker`.',
      exitCode: exitCodes.failed,
      data: { edge },
    }),
  agentSilent: (pid: number | undefined) =>
    new UserError({
      code: 'agent-silent',
      message: `The agent${pid === undefined ? '' : ` (pid ${pid})`} is there and does not answer.`,
      next: `End it with \`kill -9 ${pid ?? '<pid>'}\`; its services end with it. Then \`msvc up -d\`.`,
      exitCode: exitCodes.failed,
      data: { pid },
    }),
  portTaken: (service: string, port: number, holder: string | undefined) =>
    new UserError({
      code: 'port-taken',
      message: `Port ${port} of ${service} is taken${holder === undefined ? '' : ` by ${holder}`}.`,
      next: `End that process, or give ${service} another port in msvc.yaml (none: a free one is taken).`,
      exitCode: exitCodes.failed,
      data: { service, port, holder },
    }),
  serviceFolderMissing: (service: string, path: string) =>
    new UserError({
      code: 'service-folder-missing',
      message: `The folder of ${service} is missing: ${path}.`,
      next: `Mend its path in msvc.yaml, or make it with \`msvc new service ${service}\`.`,
      data: { service, path },
    }),
  dependenciesMissing: (service: string, missing: string[], how: { root: string; install: string }) =>
    new UserError({
      code: 'dependencies-missing',
      message: `${service} needs ${missing.join(', ')}, which is not installed.`,
      next: `Run \`${how.install}\` in ${how.root}.`,
      data: { service, missing },
    }),
  agentDied: (log: string[], logPath: string) =>
    new UserError({
      code: 'agent-died',
      message: ['The agent ended before it could start anything:', ...log.map((line) => `  ${line}`)].join(
        '\n',
      ),
      next: `Its log is ${logPath}.`,
      exitCode: exitCodes.failed,
      data: { log },
    }),
  serviceNotReady: (service: string, why: string, lastLines: string[]) =>
    new UserError({
      code: 'service-not-ready',
      message: [`${service} did not become ready: ${why}.`, ...lastLines.map((line) => `  ${line}`)].join(
        '\n',
      ),
      next: `See all it wrote with \`msvc logs ${service}\`.`,
      exitCode: exitCodes.failed,
      data: { service, why, lastLines },
    }),
  serviceHeld: (service: string, why: string) =>
    new UserError({
      code: 'service-held',
      message: `${service} is ${why}.`,
      next: 'End the fault with `msvc chaos heal`.',
      exitCode: exitCodes.failed,
    }),

  // chaos
  faultTouchesNothing: (kind: string, target: string, why: string) =>
    new UserError({
      code: 'fault-touches-nothing',
      message: `${kind} ${target} would break nothing: ${why}.`,
      next: 'See what runs with `msvc status`.',
      exitCode: exitCodes.failed,
      data: { kind, target, why },
    }),
  faultImpossible: (kind: string, target: string, why: string) =>
    new UserError({
      code: 'fault-impossible',
      message: `${kind} cannot be done to ${target}: ${why}.`,
      next: 'Choose another fault; see them with `msvc chaos --help`.',
      exitCode: exitCodes.failed,
      data: { kind, target, why },
    }),
  faultsConflict: (
    fault: { kind: string; target: string },
    open: { id: string; kind: string },
    over: string,
  ) =>
    new UserError({
      code: 'faults-conflict',
      message: `${fault.kind} ${fault.target} conflicts with ${open.id} (${open.kind}): both need the ${over}. Nothing was set.`,
      next: `End that one first with \`msvc chaos heal ${open.id}\`.`,
      exitCode: exitCodes.failed,
      data: { ...fault, conflictsWith: open.id, over },
    }),
  unknownFaultKind: (kind: string, known: string[], suggestion?: string) =>
    new UserError({
      code: 'unknown-fault-kind',
      message: `There is no fault called ${kind}.${didYouMean(suggestion)}`,
      next: `Faults: ${known.join(', ')}.`,
      data: { kind, known, suggestion },
    }),
  unknownParameter: (kind: string, name: string, known: string[], suggestion?: string) =>
    new UserError({
      code: 'unknown-parameter',
      message: `${kind} takes no ${name}.${didYouMean(suggestion)}`,
      next: known.length === 0 ? `${kind} takes nothing but a time.` : `It takes ${known.join(', ')}.`,
      data: { kind, name, known, suggestion },
    }),
  needsParameter: (kind: string, name: string, expected: string) =>
    new UserError({
      code: 'needs-parameter',
      message: `${kind} needs ${name}: ${expected}.`,
      next: `See all that it takes with \`msvc chaos ${kind} --help\`.`,
      data: { kind, name },
    }),
  edgesAreDirect: (edge: string) =>
    new UserError({
      code: 'edges-are-direct',
      message: `${edge} cannot be broken: the system runs without proxies (--direct).`,
      next: 'Start it again with `msvc down` and `msvc up -d`.',
      exitCode: exitCodes.failed,
      data: { edge },
    }),
  faultNotOnToxiproxy: (kind: string, why: string) =>
    new UserError({
      code: 'fault-not-on-toxiproxy',
      message: `${kind} cannot be set through a foreign Toxiproxy server: ${why}.`,
      next: "msvc's own proxy can: start the system with `msvc down` and `msvc up -d`, without --toxiproxy.",
      exitCode: exitCodes.failed,
      data: { kind, why },
    }),
  toxiproxyAbsent: (address: string, reason: string, cause: unknown) =>
    new UserError({
      code: 'toxiproxy-absent',
      message: `There is no Toxiproxy server at ${address}: ${reason}.`,
      next: 'Start it there, or leave --toxiproxy out: msvc has a proxy of its own.',
      exitCode: exitCodes.failed,
      data: { address, reason },
      cause,
    }),
  toxiproxyNotHere: (address: string) =>
    new UserError({
      code: 'toxiproxy-not-here',
      message: `The Toxiproxy server at ${address} is not on this machine, and could not reach the services.`,
      next: 'They listen on loopback only: start the server here, and say --toxiproxy 127.0.0.1:8474.',
      data: { address },
    }),
  proxiesEnded: (cause: unknown) =>
    new UserError({
      code: 'proxies-ended',
      message:
        'The process with the proxies of the edges ended just then; what it was asked for may not be done.',
      next: 'It starts again by itself, with no fault in it. Look with `msvc chaos status`, and repeat it.',
      exitCode: exitCodes.failed,
      cause,
    }),
  unknownFault: (id: string, known: string[]) =>
    new UserError({
      code: 'unknown-fault',
      message: `There is no fault ${id}.`,
      next: known.length === 0 ? 'No fault was set since `msvc up`.' : `Faults: ${known.join(', ')}.`,
      data: { id, known },
    }),
  systemIsBroken: (fault: { id: string; kind: string; target: string }) =>
    new UserError({
      code: 'system-is-broken',
      message: `${fault.kind} ${fault.target} (${fault.id}) is going on already: an experiment needs a healthy system.`,
      next: `Wait for its end, or end it with \`msvc chaos heal ${fault.id}\`.`,
      exitCode: exitCodes.failed,
      data: { fault: fault.id },
    }),
  faultsHalted: () =>
    new UserError({
      code: 'faults-halted',
      message: 'Faults are halted in this system.',
      next: 'Allow them again with `msvc chaos halt --lift`.',
      exitCode: exitCodes.failed,
    }),

  // proxy
  cannotProxy: (what: string, reason: string) =>
    new UserError({
      code: 'cannot-proxy',
      message: `The proxy cannot have ${what}: ${reason}.`,
      next: 'Choose another address, or end the process that has it.',
      exitCode: exitCodes.failed,
      data: { what, reason },
    }),
  remoteNeedsConsent: (address: string) =>
    new UserError({
      code: 'remote-needs-consent',
      message: `${address} is not on this machine.`,
      next: 'Faults stay on this machine unless you say --allow-remote.',
      data: { address },
    }),
}
