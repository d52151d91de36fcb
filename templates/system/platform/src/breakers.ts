// All breakers of one service, and the stream of their transitions.
//
// The last 256 transitions are kept with a sequence number, so that a watcher who was cut off asks
// for what it missed by the last number it saw.

import { createBreaker, type Breaker, type BreakerOptions, type Transition } from './breaker.ts'
import type { Clock } from './clock.ts'

export interface NumberedTransition extends Transition {
  /** Counts from 1 in each process. */
  sequence: number
  /** `caller:callee` */
  name: string
}

export interface Breakers {
  add(options: Omit<BreakerOptions, 'clock' | 'onTransition'>): Breaker
  all(): Breaker[]
  find(name: string): Breaker | undefined
  /** Kept transitions with a higher number, oldest first. */
  transitionsAfter(sequence: number): NumberedTransition[]
  /** Calls the listener on each transition to come; the result unsubscribes. */
  subscribe(listener: (transition: NumberedTransition) => void): () => void
}

const kept = 256

export function createBreakers(clock: Clock): Breakers {
  const breakers = new Map<string, Breaker>()
  const ring: NumberedTransition[] = []
  const listeners = new Set<(transition: NumberedTransition) => void>()
  let sequence = 0

  return {
    add(options) {
      const onTransition = (transition: Transition) => publish(options.name, transition)
      const breaker = createBreaker({ ...options, clock, onTransition })
      breakers.set(options.name, breaker)
      return breaker
    },
    all: () => [...breakers.values()],
    find: (name) => breakers.get(name),
    transitionsAfter: (seen) => ring.filter((transition) => transition.sequence > seen),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }

  function publish(name: string, transition: Transition): void {
    sequence += 1
    const numbered = { ...transition, name, sequence }
    ring.push(numbered)
    if (ring.length > kept) ring.shift()
    for (const listener of listeners) listener(numbered)
  }
}
