// How the generator's thread waits for the next arrival.
//
//   metronome  a helper thread sleeps and wakes this one      to 0.2 ms    the default
//   precise    this thread never sleeps                       to 10 µs     takes a whole core
//   eco        a timer                                        to 5 ms      the fewest wake-ups

// Not the global: that is a getter, which is called for each look at the clock.
import { performance } from 'node:perf_hooks'
import type { Pacing } from '../ports.ts'
import { startMetronome } from './load-metronome.ts'

export interface Pacer {
  /**
   * Calls `tick` at the time last set by `wakeAt`, and again and again while that is in the past.
   */
  run(tick: () => void): void
  /** In ms of `performance.now()` of this thread. Costs little: set it as often as it changes. */
  wakeAt(dueMs: number): void
  /** Resolves with the CPU time that other threads took for it, in ms. */
  stop(): Promise<number>
}

export function startPacer(pacing: Pacing): Promise<Pacer> {
  switch (pacing) {
    case 'metronome':
      return startMetronome()
    case 'precise':
      return Promise.resolve(createSpinner())
    case 'eco':
      return Promise.resolve(createTimer())
  }
}

export function createSpinner(): Pacer {
  let dueMs = Number.POSITIVE_INFINITY
  let isOver = false
  return {
    run(tick) {
      // An immediate, not a loop: sockets must be read between two looks at the clock.
      const turn = (): void => {
        if (isOver) return
        if (performance.now() >= dueMs) tick()
        setImmediate(turn)
      }
      tick()
      turn()
    },
    wakeAt(ms) {
      dueMs = ms
    },
    stop() {
      isOver = true
      return Promise.resolve(0)
    },
  }
}

function createTimer(): Pacer {
  let dueMs = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let timerMs = Number.POSITIVE_INFINITY
  let onTimer = (): void => {}
  const arm = (): void => {
    clearTimeout(timer)
    timerMs = dueMs
    if (dueMs !== Number.POSITIVE_INFINITY)
      timer = setTimeout(onTimer, Math.max(1, Math.ceil(dueMs - performance.now())))
  }
  return {
    run(tick) {
      onTimer = () => {
        timerMs = Number.POSITIVE_INFINITY
        tick()
        if (dueMs < timerMs) arm()
      }
      onTimer()
    },
    wakeAt(ms) {
      dueMs = ms
      // A timer that is too early finds nothing to do and is set anew; only one too late must be moved.
      if (timerMs !== Number.POSITIVE_INFINITY && dueMs < timerMs) arm()
    },
    stop() {
      clearTimeout(timer)
      return Promise.resolve(0)
    },
  }
}
