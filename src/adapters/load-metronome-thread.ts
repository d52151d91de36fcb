// The helper thread of the metronome: sleeps until the next due time, wakes the engine, again.
//
// A sleep overshoots by some 60 µs (timer slack); the running mean of that is taken off each sleep. Two
// wake-ups are at least 400 µs apart, and what falls due between them is sent by the later one: a wake-up
// costs about 35 µs of CPU, which the target may need.

import { parentPort, workerData } from 'node:worker_threads'
import { metronomeMemory, monotonicMs } from './load-metronome.ts'

const periodMs = 0.4
const longestSleepMs = 10
const { sleep, isUnderWay, isOver } = metronomeMemory.words

function beat(memory: SharedArrayBuffer, wake: () => void): void {
  const words = new Int32Array(memory, 0, 4)
  const due = new Float64Array(memory, metronomeMemory.dueOffset, 1)
  let overshootMs = 0.06
  let wokenMs = 0
  wake()
  while (Atomics.load(words, isOver) === 0) {
    const nowMs = monotonicMs()
    const targetMs = Math.min(Math.max(wokenMs + periodMs, due[0]!), nowMs + longestSleepMs)
    const sleepMs = targetMs - nowMs - overshootMs
    if (sleepMs > 0) {
      Atomics.wait(words, sleep, 0, sleepMs)
      const lateMs = monotonicMs() - targetMs + overshootMs
      // A core that was taken away says nothing about the slack.
      if (lateMs < 0.5) overshootMs += (lateMs - overshootMs) / 32
    }
    // The engine may have been awake in the meantime and have done what was due.
    if (due[0]! > targetMs + periodMs / 4) continue
    wokenMs = monotonicMs()
    if (Atomics.exchange(words, isUnderWay, 1) === 0) wake()
  }
}

const port = parentPort
if (port !== null) beat(workerData as SharedArrayBuffer, () => port.postMessage(0))
