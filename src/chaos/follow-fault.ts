// What a fault did, as it is told: which events belong to it, and when its story is over. Pure.
//
//   kill ─▶ breaker open ─▶ (lease) ─▶ back ─▶ half-open ─▶ closed

import type { SystemEvent } from '../events.ts'

export interface FaultStory {
  /** Breakers towards the target that are not closed. */
  openEdges: string[]
  /** Set when the fault is over, well or not. */
  end: 'healed' | 'failed' | undefined
}

export const untold: FaultStory = { openEdges: [], end: undefined }

export const isAbout = (fault: { id: string; target: string }, event: SystemEvent): boolean =>
  event.subject === `fault:${fault.id}` ||
  event.subject === fault.target ||
  (event.type === 'breaker.transition' && event.subject.endsWith(`:${fault.target}`))

/** The story with one more event that is about the fault. */
export function tellOn(story: FaultStory, event: SystemEvent): FaultStory {
  switch (event.type) {
    case 'breaker.transition': {
      const others = story.openEdges.filter((edge) => edge !== event.subject)
      return { ...story, openEdges: event.data.to === 'closed' ? others : [...others, event.subject] }
    }
    case 'fault.healed':
      return { ...story, end: 'healed' }
    case 'fault.failed':
      return { ...story, end: 'failed' }
    default:
      return story
  }
}

/** Nothing more is to come: healed, and every breaker that it opened is closed again. */
export const isOver = ({ end, openEdges }: FaultStory): boolean =>
  end === 'failed' || (end === 'healed' && openEdges.length === 0)
