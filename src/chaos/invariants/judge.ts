// One invariant: every thing of a list is asked whether something is wrong with it.

export interface InvariantResult {
  name: string
  /** `not-checked`: there was nothing to look at, which is no pass. */
  state: 'held' | 'broken' | 'not-checked'
  /** How many things were looked at. */
  checked: number
  broken: number
  /** The first five counter-examples, in words. */
  examples: string[]
  /** What of it could not be looked at, in words, and how many; in none of the numbers above. */
  notChecked: { what: string; count: number }[]
}

const maxExamples = 5

/** @param complaint what is wrong with one thing, in words; undefined for nothing */
export function judge<T>(
  name: string,
  things: readonly T[] | null,
  complaint: (thing: T) => string | undefined,
): InvariantResult {
  if (things === null || things.length === 0) {
    return { name, state: 'not-checked', checked: 0, broken: 0, examples: [], notChecked: [] }
  }
  const complaints = things.map(complaint).filter((text) => text !== undefined)
  const examples = complaints.slice(0, maxExamples)
  const state = complaints.length === 0 ? 'held' : 'broken'
  return { name, state, checked: things.length, broken: complaints.length, examples, notChecked: [] }
}
