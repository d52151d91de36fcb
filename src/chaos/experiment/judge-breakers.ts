// Expectations about breakers, judged by the transitions that their services told.

import type { FaultExpectation } from './experiment.ts'
import { met, missed, pending, stateWord as word, type Judgement } from './judgement.ts'
import { lastHealedAt, noRecoveryText, type Known } from './moments.ts'
import type { Observed, ObservedFault } from './observed.ts'

type Of<K extends FaultExpectation['kind']> = Extract<FaultExpectation, { kind: K }>

export function judgeBreakerWithin(
  { edge, state, withinMs }: Of<'breaker-within'>,
  { appliedAt }: ObservedFault,
  observed: Observed,
  known: Known,
): Judgement {
  const since = appliedAt!
  if (stateAt(observed, edge, since) === state) return met(`${word(state)} already`)
  const found = observed.transitions.find(
    (transition) => transition.edge === edge && transition.to === state && transition.at >= since,
  )
  if (found !== undefined) {
    const text = `${word(state)} after ${Math.round(found.at - since)} ms`
    return found.at - since <= withinMs ? met(text) : missed(text)
  }
  const isLate = known.isOver || known.knownUntil > since + withinMs
  const text = `it did not become ${word(state)}`
  return isLate ? missed(text) : pending(text)
}

export function judgeBreakerDuring(
  { edge, state }: Of<'breaker-during'>,
  { appliedAt, healedAt }: ObservedFault,
  observed: Observed,
  known: Known,
): Judgement {
  const since = appliedAt!
  const until = healedAt ?? Number.POSITIVE_INFINITY
  const atFirst = stateAt(observed, edge, since)
  if (atFirst !== state) return missed(`it was ${word(atFirst)} when the fault came`)
  const left = observed.transitions.find(
    (transition) => transition.edge === edge && transition.at >= since && transition.at <= until,
  )
  if (left !== undefined) return missed(`${word(left.to)} after ${Math.round(left.at - since)} ms`)
  const isKnown = known.isOver || (healedAt !== null && known.knownUntil > healedAt)
  return isKnown ? met(`${word(state)} all the while`) : pending(`${word(state)} so far`)
}

export function judgeBreakersClosed(withinMs: number, observed: Observed, known: Known): Judgement {
  const healedAt = lastHealedAt(observed, known)
  if (healedAt === null) {
    return known.isOver ? missed(noRecoveryText(observed, known)) : pending('not healed yet')
  }
  const edges = [...new Set(observed.transitions.map(({ edge }) => edge))]
  const deadline = healedAt + withinMs
  const late = edges.filter((edge) => stateAt(observed, edge, deadline) !== 'closed')
  const isDecided = known.isOver || known.knownUntil > deadline
  if (late.length > 0) {
    const states = late.map((edge) => `${edge} is ${word(stateAt(observed, edge, deadline))}`).join(', ')
    return isDecided ? missed(states) : pending(states)
  }
  const told = edges.map((edge) => {
    const closed = observed.transitions.findLast(
      (transition) => transition.edge === edge && transition.to === 'closed' && transition.at <= deadline,
    )
    // It may have tried the service before our own probe of it saw that it is back.
    const afterMs = Math.max(0, Math.round((closed?.at ?? healedAt) - healedAt))
    return `${edge} after ${afterMs} ms`
  })
  const text = told.length === 0 ? 'no breaker left closed' : told.join(', ')
  return isDecided ? met(text) : pending(text)
}

function stateAt({ transitions }: Observed, edge: string, at: number): string {
  const ofEdge = transitions.filter((transition) => transition.edge === edge)
  const last = ofEdge.findLast((transition) => transition.at <= at)
  return last?.to ?? ofEdge[0]?.from ?? 'closed'
}
