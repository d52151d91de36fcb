// What a judge says of one expectation.

export interface Judgement {
  state: 'pending' | 'met' | 'missed'
  /** What was seen, in words; so far, while it is pending. */
  observed: string
  /** The load generator was so late itself that the miss may be its own. */
  concerns?: 'generator'
}

export interface Judged extends Omit<Judgement, 'concerns'> {
  /** Unique in its experiment: `order:payment open within 500ms of kill payment`. */
  name: string
  expected: string
  /**
   * What the verdict makes of a miss: there was no steady state; the experiment itself did not work; the
   * system did not behave as expected, while the fault lasted or after its heal; nobody can tell, because the
   * load generator was late.
   */
  concerns: 'baseline' | 'experiment' | 'hypothesis' | 'recovery' | 'generator'
}

export const pending = (observed: string): Judgement => ({ state: 'pending', observed })
export const met = (observed: string): Judgement => ({ state: 'met', observed })
export const missed = (observed: string): Judgement => ({ state: 'missed', observed })
export const untold = (observed: string): Judgement => ({ state: 'missed', observed, concerns: 'generator' })

/** half_open → half-open */
export const stateWord = (state: string): string => state.replace('_', '-')
