// Logs: one JSON object a line on standard output, with the trace of the request that they belong to.
//
// Requests are counted (metrics.ts), not logged: at 10,000 a second the log would cost more than the
// work. What is logged is what changed, and what went wrong, within bounds.

import { pino, type Logger } from 'pino'
import { openLogOutput } from './log-output.ts'
import { currentRequest } from './request-context.ts'

export type { Logger } from 'pino'

export interface LoggerOptions {
  service: string
  level: string
}

export function createLogger({ service, level }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      formatters: { level: (label) => ({ level: label }) },
      mixin: traceOfCurrentRequest,
    },
    openLogOutput(),
  )
}

function traceOfCurrentRequest(): object {
  const trace = currentRequest()?.span.trace
  return trace === undefined ? {} : { trace_id: trace.traceId, span_id: trace.spanId }
}

/** Lets through `perSecond` calls in each second, and says how many it held back in the one before. */
export function createLogBound(
  perSecond: number,
  epochMs: () => number,
): (write: (held: number) => void) => void {
  let second = 0
  let written = 0
  let held = 0
  return (write) => {
    const now = Math.floor(epochMs() / 1000)
    if (now !== second) {
      second = now
      written = 0
    }
    if (written >= perSecond) {
      held += 1
      return
    }
    written += 1
    write(held)
    held = 0
  }
}
