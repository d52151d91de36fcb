// What an error that a user can cause or meet consists of, and the phrases that several of them share.

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

export const didYouMean = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : ` Did you mean ${suggestion}?`
