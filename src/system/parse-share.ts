// Shares as people type them: `5%`, `0.5 %`, `0.05`.

import { errors } from '../errors.ts'

/** From 0 to 1. Throws `bad-value`, naming `what` (`--tolerance`). */
export function parseShare(text: string, what: string): number {
  const [, number, sign] = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text) ?? []
  const value = Number(number) / (sign === '%' ? 100 : 1)
  if (number === undefined || value > 1) throw errors.badValue(what, text, 'a share such as 5% or 0.05')
  return value
}
