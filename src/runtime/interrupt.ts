// Work that Ctrl-C ends well: the first asks it to finish and clean up, the second leaves at once.

import { takeInterrupts } from '../adapters/interrupts.ts'
import { exitCodes } from '../errors.ts'

/** Runs `work` with a signal that aborts on the first Ctrl-C; its reason is an InterruptError. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using ctrlC = takeInterrupts()
  ctrlC.second.addEventListener('abort', () => process.exit(exitCodes.interrupted), { once: true })
  return await work(ctrlC.first)
}
