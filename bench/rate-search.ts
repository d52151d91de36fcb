// Where to look next for the highest rate that holds. Pure: what is known in, the next rate out.
//
//   first ─▶ holds: a step up │ does not: a step down ─▶ … ─▶ between the two, until they are near

/** The highest rate that held (0: none yet) and the lowest above it that did not (Infinity: none yet). */
export interface Bracket {
  held: number
  missed: number
}

export const unknown: Bracket = { held: 0, missed: Number.POSITIVE_INFINITY }

export interface Steps {
  /** What is tried first, in requests a second. */
  first: number
  /** Factors: to the next rate, and to a missed rate that is near enough to the held one. */
  up: number
  down: number
  precision: number
}

const lowest = 50

/** The next rate to try; undefined when enough is known. Throws when nothing holds at all. */
export function nextRate(
  { held, missed }: Bracket,
  { first, up, down, precision }: Steps,
): number | undefined {
  if (held === 0 && missed === Number.POSITIVE_INFINITY) return Math.round(first)
  if (held === 0) {
    if (missed * down < lowest) throw new Error(`not even ${Math.round(missed)} a second hold`)
    return Math.round(missed * down)
  }
  if (missed === Number.POSITIVE_INFINITY) return Math.round(held * up)
  return missed / held <= precision ? undefined : Math.round(Math.sqrt(held * missed))
}

export const learnt = (bracket: Bracket, rate: number, holds: boolean): Bracket =>
  holds ? { ...bracket, held: rate } : { ...bracket, missed: rate }
