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

  // scaffold
  nameTaken: (name: string, suggestion?: string) =>
    new UserError({
      code: 'name-taken',
      message: `The system has a service named ${name} already.`,
      next: suggestion === undefined ? 'Choose another name.' : `Try ${suggestion}.`,
      data: { name, suggestion },
    }),
  filesInTheWay: (root: string, refused: { path: string; reason: string }[]) =>
    new UserError({
      code: 'files-in-the-way',
      message: [
        `Nothing was written: ${refused.length} ${refused.length === 1 ? 'path is' : 'paths are'} taken in ${root}.`,
        ...refused.map(({ path, reason }) => `  ${path}  (${reason})`),
      ].join('\n'),
      next: 'Choose another name or folder, or move these out of the way; msvc never overwrites.',
      data: { root, refused },
    }),

  // agent
  agentNotRunning: (system: string) =>
    new UserError({
      code: 'agent-not-running',
      message: `Nothing runs of ${system}: its agent does not answer.`,
      next: 'Start it with `msvc up -d`.',
      exitCode: exitCodes.failed,
    }),
}
