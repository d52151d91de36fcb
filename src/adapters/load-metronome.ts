// Wakes a thread at the times it asks for, to a fraction of a millisecond.
//
// Timers of an event loop are good to a millisecond; a spinning one starves when cores are few. So a
// helper thread sleeps in Atomics.wait, which is precise, and posts a message.
//
//   engine ── next due time (shared) ──▶ helper: sleep until then ── message ──▶ engine.tick()
//
// At most one message is under way: a busy engine finds one wake-up waiting, not a thousand.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Pacer } from './load-pacer.ts'
import { moduleBeside } from './module-beside.ts'

/** Layout of the shared memory, for both threads. */
export const metronomeMemory = {
  bytes: 24,
  /** Int32 words: what the helper sleeps on, whether a message is under way, whether to end. */
  words: { sleep: 0, isUnderWay: 1, isOver: 2 },
  /** Float64 at this byte: the next due time, in ms of the process-wide monotonic clock. */
  dueOffset: 16,
} as const

/** The monotonic clock that all threads of this process share, in ms. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** Resolves when the helper runs. */
export async function startMetronome(): Promise<Pacer> {
  const memory = new SharedArrayBuffer(metronomeMemory.bytes)
  const words = new Int32Array(memory, 0, 4)
  const due = new Float64Array(memory, metronomeMemory.dueOffset, 1)
  const { sleep, isUnderWay, isOver } = metronomeMemory.words
  const offsetMs = monotonicMs() - performance.now()

  const helper = new Worker(moduleBeside(import.meta.url, 'load-metronome-thread'), { workerData: memory })
  due[0] = Number.POSITIVE_INFINITY
  // Without a listener for its errors a failure of the helper ends this thread, as it must.
  await once(helper, 'message')
  return {
    run(tick) {
      const beat = (): void => {
        tick()
        Atomics.store(words, isUnderWay, 0)
      }
      helper.on('message', beat)
      beat()
    },
    wakeAt(dueMs) {
      due[0] = dueMs + offsetMs
    },
    async stop() {
      const { user, system } = await helper.cpuUsage()
      Atomics.store(words, isOver, 1)
      Atomics.notify(words, sleep)
      await helper.terminate()
      return (user + system) / 1000
    },
  }
}
