// Whose trace a log line belongs to: the `trace_id` of the service contract, in a line that is JSON.

import { errors } from '../errors.ts'

/** `msvc logs` shows the first 8 digits of an id, and so many are enough to ask for it. */
const leastDigits = 8

/** Throws when that can be no trace id. */
export function belongsTo(traceId: string): (line: string) => boolean {
  const wanted = traceId.toLowerCase()
  if (!new RegExp(`^[0-9a-f]{${leastDigits},32}$`).test(wanted)) {
    throw errors.badValue(
      '--trace',
      traceId,
      `${leastDigits} to 32 hexadecimal digits, the first ones of a trace id`,
    )
  }
  // Parsed only where the id stands somewhere: most lines are of other traces.
  return (line) => line.includes(wanted) && (traceIdIn(line)?.startsWith(wanted) ?? false)
}

function traceIdIn(line: string): string | undefined {
  try {
    const { trace_id: traceId } = JSON.parse(line) as { trace_id?: unknown }
    return typeof traceId === 'string' ? traceId : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
