// By when an answer is wanted, passed from hop to hop as the time that is left.
//
//   client ─▶ gateway ── x-deadline-ms: 1990 ─▶ order ── x-deadline-ms: 1950 ─▶ payment
//
// Remaining time, not a moment: the clocks of two machines differ. Each hop takes 10 ms off for the way
// back, so that the inner one gives up first and the outer one can still say something useful. Work for
// somebody who has gone away is the first thing that an overloaded system should not do.

export const deadlineHeader = 'x-deadline-ms'

const maxDeadlineMs = 60_000

/** A moment of the monotonic clock, from the header as it came; `defaultMs` when it says nothing sensible. */
export function deadlineFrom(
  header: string | undefined,
  nowMs: number,
  defaultMs: number,
  { leastMs, mostMs } = { leastMs: 0, mostMs: maxDeadlineMs },
): number {
  const saidMs = header === undefined || header === '' ? Number.NaN : Number(header)
  const isSensible = Number.isInteger(saidMs) && saidMs >= 0
  return nowMs + (isSensible ? Math.min(Math.max(saidMs, leastMs), mostMs) : defaultMs)
}

/** What an attempt that starts now may take at most; 0 or less: do not start it. */
export const remainingMs = (deadlineMs: number, nowMs: number, hopMs: number): number =>
  deadlineMs - nowMs - hopMs
