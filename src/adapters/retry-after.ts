// How long a target asks its clients to stay away (RFC 9110, 10.2.3): seconds, or a date.

/** Milliseconds from `now` (epoch ms), not negative; null when the header says nothing sensible. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // A date has a weekday; what Date.parse makes of anything else is its own invention.
  const at = /^[A-Z][a-z]/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
