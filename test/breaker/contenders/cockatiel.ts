// cockatiel 4 with the rates of ours, its exponential back-off and three calls in half-open.

import {
  circuitBreaker,
  CircuitState,
  ExponentialBackoff,
  handleWhen,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import { isFailure, promisedCall, type Contender, type SubjectState } from './contender.ts'

const stateOf: Record<CircuitState, SubjectState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'forced',
}

export const cockatiel: Contender = {
  name: 'cockatiel 4',
  create(_time, { attemptTimeoutMs = 1000 } = {}) {
    const breaker = circuitBreaker(handleWhen(isFailure), {
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 }),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: 1000, maxDelay: 15_000 }),
      halfOpenSampling: { calls: 3, threshold: 0 },
    })
    // The other way round it never hears of a timeout.
    const stack = wrap(breaker, timeout(attemptTimeoutMs, TimeoutStrategy.Aggressive))
    const transitions: { to: SubjectState }[] = []
    breaker.onStateChange((state) => transitions.push({ to: stateOf[state] }))
    return {
      call: () => promisedCall((action, signal) => stack.execute(action, signal)),
      state: () => stateOf[breaker.state],
      transitions: () => transitions,
      [Symbol.dispose]() {},
    }
  },
}
