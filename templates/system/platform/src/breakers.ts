// All guarded edges of one service, and the stream of their breakers' transitions.
//
// The last 256 transitions are kept with a sequence number, so that a watcher who was cut off asks
// for what it missed by the last number it saw.

import type { Breaker, Transition } from './breaker.ts'
import type { Policy } from './policy.ts'

export interface NumberedTransition extends Transition {
  /** Counts from 1 in each process. */
  sequence: number
  /** `caller:callee` */
  name: string
}

/** What an edge shows of itself; a policy has all of it. */
export type GuardedEdge = Pick<Policy<never>, 'name' | 'breaker' | 'bulkhead' | 'budget'>

export interface TransitionCount {
  name: string
  from: string
  to: string
  count: number
}

export interface Breakers {
  add(edge: GuardedEdge): void
  edges(): GuardedEdge[]
  all(): Breaker[]
  find(name: string): Breaker | undefined
  publish(name: string, transition: Transition): void
  /** How often each transition happened since the start. */
  transitionCounts(): TransitionCount[]
  /** Kept transitions with a higher number, oldest first. */
  transitionsAfter(sequence: number): NumberedTransition[]
  /** Calls the listener on each transition to come; the result unsubscribes. */
  subscribe(listener: (transition: NumberedTransition) => void): () => void
}

const kept = 256

export function createBreakers(): Breakers {
  const edges = new Map<string, GuardedEdge>()
  const counts = new Map<string, TransitionCount>()
  const ring: NumberedTransition[] = []
  const listeners = new Set<(transition: NumberedTransition) => void>()
  let sequence = 0

  return {
    add: (edge) => void edges.set(edge.name, edge),
    edges: () => [...edges.values()],
    all: () => [...edges.values()].map(({ breaker }) => breaker),
    find: (name) => edges.get(name)?.breaker,
    publish(name, transition) {
      sequence += 1
      const numbered = { ...transition, name, sequence }
      count(numbered)
      ring.push(numbered)
      if (ring.length > kept) ring.shift()
      for (const listener of listeners) listener(numbered)
    },
    transitionCounts: () => [...counts.values()],
    transitionsAfter: (seen) => ring.filter((transition) => transition.sequence > seen),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }

  function count({ name, from, to }: NumberedTransition): void {
    const key = `${name} ${from} ${to}`
    counts.set(key, { name, from, to, count: (counts.get(key)?.count ?? 0) + 1 })
  }
}
