// The platform's breaker, with the attempt timeout that the platform puts around each call.

import { createBreaker as platformBreaker } from '../../../templates/system/platform/src/breaker.ts'
import type { CreateBreaker } from '../invariants.ts'
import type { Contender, Fate, SubjectState, TrialCall } from './contender.ts'

export const ours: Contender = oursFrom(platformBreaker)

/** The platform's own, or a copy with a fault in it. */
export function oursFrom(createBreaker: CreateBreaker): Contender {
  return {
    name: 'ours',
    create(time, { attemptTimeoutMs = 1000 } = {}) {
      const transitions: { to: SubjectState; reason: string }[] = []
      const breaker = createBreaker({
        name: 'order:payment',
        clock: time.clock,
        slowAfterMs: attemptTimeoutMs / 2,
        trialTimeoutMs: attemptTimeoutMs * 2,
        onTransition: ({ to, reason }) => transitions.push({ to: plain(to), reason }),
      })
      return {
        call: () => call(),
        state: () => plain(breaker.snapshot().state),
        transitions: () => transitions,
        forceOpen: (ttlMs) => breaker.force('forced_open', ttlMs),
        [Symbol.dispose]() {},
      }

      function call(): TrialCall {
        const permit = breaker.acquire()
        let fate: Fate = permit.admitted ? 'running' : 'refused'
        const end = (how: 'succeed' | 'fail' | 'ignore') => (): void => {
          if (!permit.admitted || fate === 'settled') return
          clearTimeout(timer)
          fate = 'settled'
          permit[how]()
        }
        const timer = permit.admitted ? setTimeout(end('fail'), attemptTimeoutMs) : undefined
        return {
          fate: () => fate,
          retryAfterMs: () => (permit.admitted ? undefined : permit.retryAfterMs),
          succeed: end('succeed'),
          fail: end('fail'),
          answer4xx: end('succeed'),
          abort: end('ignore'),
        }
      }
    },
  }
}

const plain = (state: string): SubjectState =>
  state === 'forced_open' || state === 'disabled' ? 'forced' : (state as SubjectState)
