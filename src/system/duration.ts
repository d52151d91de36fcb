// Durations as people type them: `500ms`, `20s`, `1.5s`, `2m`, `1h`, `1m30s`.

import { errors } from '../errors.ts'

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/
const part = /(\d+(?:\.\d+)?)(ms|s|m|h)/g

/** Milliseconds. Throws `bad-value`, naming `what` (`--duration`), when the text is not a duration. */
export function parseDuration(text: string, what = 'The duration'): number {
  const trimmed = text.trim()
  if (!whole.test(trimmed)) {
    throw errors.badValue(what, text, 'a number with a unit, such as 500ms, 20s, 2m or 1m30s')
  }
  let totalMs = 0
  for (const [, number, unit] of trimmed.matchAll(part)) totalMs += Number(number) * unitMs[unit!]!
  return totalMs
}

/** The shortest text that `parseDuration` reads back: 90000 → `1m30s`, 1500 → `1.5s`, 20 → `20ms`, 0 → `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms < 1000) return `${Number(ms.toFixed(3))}ms`
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(3))}s`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = Number(((ms % 60_000) / 1000).toFixed(3))
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 ? `${seconds}s` : ''}`
}
