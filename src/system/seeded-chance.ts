// Chance that a seed repeats: the same parts give the same numbers, in every process, on every machine.

/** Numbers in [0, 1), one after the other. */
export type Chance = () => number

/** Numbers that belong to these parts only: what happens on one connection moves no other. */
export function seededChance(...parts: readonly (string | number)[]): Chance {
  let state = hash(parts.join('\n'))
  return () => {
    state = (state + 0x6d2b79f5) | 0
    return spread(state) / 2 ** 32
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value
}

/** mulberry32's way to spread a counter over 32 bits. */
function spread(counter: number): number {
  let x = Math.imul(counter ^ (counter >>> 15), counter | 1)
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
  return (x ^ (x >>> 14)) >>> 0
}
