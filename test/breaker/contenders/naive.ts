// The breaker that many teams write first, in Go: a mutex, a count of consecutive failures, a time.
//
//   allow:  RLock, read the state; if open and the time has passed: RUnlock, Lock, state = half-open
//   after:  Lock; success: failures = 0, state = closed
//                 failure: failures++, lastFailure = now; if failures >= 5: state = open

import type { VirtualTime } from '../virtual-time.ts'
import { promisedCall, type Contender, type Subject } from './contender.ts'

const maxFailures = 5
const openMs = 1000

export const naive: Contender = { name: 'naive (Go)', create: (time) => createNaive(time) }

export type NaiveSubject = Subject & { admissionSteps: () => Generator<void, boolean, void> }

export function createNaive(time: VirtualTime): NaiveSubject {
  let state: 'closed' | 'open' | 'half_open' = 'closed'
  let failures = 0
  let lastFailureMs = 0

  return {
    call: () =>
      promisedCall(async (action) => {
        if (!runToEnd(admissionSteps())) throw new Error('circuit breaker is open')
        let result: unknown
        try {
          result = await action()
        } catch (error) {
          failures += 1
          lastFailureMs = time.nowMs()
          if (failures >= maxFailures) state = 'open'
          throw error
        }
        failures = 0
        state = 'closed'
        return result
      }),
    state: () => state,
    transitions: () => [],
    admissionSteps,
    [Symbol.dispose]() {},
  }

  function* admissionSteps(): Generator<void, boolean, void> {
    // under the read lock
    if (state !== 'open') return true
    const isOver = time.nowMs() - lastFailureMs > openMs
    if (!isOver) return false
    yield // read lock given back, write lock not yet taken: anybody may come in between
    state = 'half_open'
    return true
  }
}

function runToEnd(steps: Generator<void, boolean, void>): boolean {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
