// When the machine stood still, whatever ran on it; see stall-process.ts for how that is seen.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { StallTold } from './stall-process.ts'

export interface Stalls extends Disposable {
  /** Milliseconds of the time between, both in epoch milliseconds. */
  between(fromMs: number, toMs: number): number
}

/** Watches from now on until it is disposed. Takes a second to learn how fast the machine is. */
export async function watchStalls(): Promise<Stalls> {
  const told: StallTold[] = []
  const child = fork(join(import.meta.dirname, 'stall-process.ts'))
  await once(child, 'message')
  child.on('message', (stall: StallTold) => void told.push(stall))
  return {
    between: (fromMs, toMs) => overlapMs(told, fromMs, toMs),
    [Symbol.dispose]: () => child.disconnect(),
  }
}

export const overlapMs = (stalls: readonly StallTold[], fromMs: number, toMs: number): number =>
  stalls.reduce(
    (sum, stall) => sum + Math.max(0, Math.min(stall.toMs, toMs) - Math.max(stall.fromMs, fromMs)),
    0,
  )
