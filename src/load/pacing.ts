// How the generator waits for the next arrival.

/**
 * Metronome: a helper thread, to a fraction of a millisecond; precise: spinning, to some microseconds, for a
 * core of its own; eco: a timer, to a millisecond.
 */
export const pacings = ['metronome', 'precise', 'eco'] as const
export type Pacing = (typeof pacings)[number]
