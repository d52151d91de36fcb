// How the generator waits for the next arrival.

import type { Pacing } from '../ports.ts'

/**
 * Metronome: a helper thread, to a fraction of a millisecond; precise: spinning, to some microseconds, for a
 * core of its own; eco: a timer, to five milliseconds.
 */
export const pacings = ['metronome', 'precise', 'eco'] as const satisfies readonly Pacing[]

/** So far apart are the turns that take arrivals up, at least: to wake up for each costs more than its request. */
export const gatherMsOf: Record<Pacing, number> = { metronome: 0.2, precise: 0, eco: 5 }
