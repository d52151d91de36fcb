// Where to look next for the highest rate that holds. Pure: what is known in, the next rate out.
//
//   0.8 × ceiling ─▶ holds: up, by a tenth │ does not: down, by a fifth ─▶ between the two, until they are near

/** The highest rate that held (0: none yet) and the lowest above it that did not (Infinity: none yet). */
export interface Bracket {
  held: number
  missed: number
}

export const unknown: Bracket = { held: 0, missed: Number.POSITIVE_INFINITY }

const start = 0.8
const up = 1.1
const down = 0.8
/** Of rates so near to each other the window that a system happened to get says more than the rate. */
const precision = 1.05
const lowest = 50

/** The next rate to try; undefined when enough is known. Throws when nothing holds at all. */
export function nextRate({ held, missed }: Bracket, ceiling: number): number | undefined {
  if (held === 0 && missed === Number.POSITIVE_INFINITY) return Math.round(start * ceiling)
  if (held === 0) {
    if (missed * down < lowest) throw new Error(`not even ${Math.round(missed)} a second hold`)
    return Math.round(missed * down)
  }
  if (missed === Number.POSITIVE_INFINITY) return Math.round(held * up)
  return missed / held <= precision ? undefined : Math.round(Math.sqrt(held * missed))
}

export const learnt = (bracket: Bracket, rate: number, holds: boolean): Bracket =>
  holds ? { ...bracket, held: rate } : { ...bracket, missed: rate }
