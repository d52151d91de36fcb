// opossum 10 with the rates of ours; percentiles off, because they only cost time.

import CircuitBreaker from 'opossum'
import { isFailure, promisedCall, type Contender, type SubjectState } from './contender.ts'

export const opossum: Contender = {
  name: 'opossum 10',
  create(_time, { attemptTimeoutMs = 1000 } = {}) {
    const breaker = new CircuitBreaker<[() => Promise<unknown>], unknown>((action) => action(), {
      timeout: attemptTimeoutMs,
      errorThresholdPercentage: 50,
      volumeThreshold: 20,
      rollingCountTimeout: 10_000,
      rollingCountBuckets: 10,
      rollingPercentilesEnabled: false,
      resetTimeout: 1000,
      errorFilter: (error: unknown) => !isFailure(error),
    })
    const transitions: { to: SubjectState }[] = []
    breaker.on('open', () => transitions.push({ to: 'open' }))
    breaker.on('halfOpen', () => transitions.push({ to: 'half_open' }))
    breaker.on('close', () => transitions.push({ to: 'closed' }))
    return {
      call: () => promisedCall((action) => breaker.fire(action)),
      // pendingClose is its word for "a trial is running"; the state is neither open nor closed then.
      state: () => (breaker.closed ? 'closed' : breaker.opened ? 'open' : 'half_open'),
      transitions: () => transitions,
      [Symbol.dispose]: () => breaker.shutdown(),
    }
  },
}
