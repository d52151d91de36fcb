// Work that may not take for ever, on the clock of the port.

import type { Clock } from '../ports.ts'

/** `act` is told by its signal when the time is over; it ends by itself. */
export async function withinTime<T>(
  clock: Clock,
  limitMs: number,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const isDone = new AbortController()
  const isOver = new AbortController()
  clock.sleep(limitMs, isDone.signal).then(
    () => isOver.abort(new Error(`it took more than ${limitMs / 1000} s`)),
    () => {}, // done in time
  )
  try {
    return await act(isOver.signal)
  } finally {
    isDone.abort()
  }
}
