// Chance that is the same for the same seed, and can be asked for at any place without the ones before.

/** Spreads two integers over 32 bits. */
export function mix(a: number, b: number): number {
  let x = (a ^ Math.imul(b + 1, 0x9e3779b1)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}

/** The k-th of a sequence of numbers in [0, 1). */
export const fractionAt = (seed: number, k: number): number => mix(mix(seed, 0x51ed), k) / 2 ** 32
