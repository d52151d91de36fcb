// Figures as a reader wants them: three digits that count, the unit beside them.

/** `0.42 ms`, `12.3 ms`, `245 ms`, `1.24 s`; a dash where there is none. */
export function msText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  if (Math.abs(ms) < 10) return `${ms.toFixed(2)} ms`
  if (Math.abs(ms) < 100) return `${ms.toFixed(1)} ms`
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(2)} s`
}

/** `200,000` */
export const countText = (count: number): string =>
  String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** `499.97`, `10,000` */
export const rateText = (perSecond: number): string =>
  perSecond >= 1000 ? countText(perSecond) : String(Number(perSecond.toFixed(2)))

/** `99.95 %`; never rounded up to a hundred, never down to nought. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '–'
  const percent = (part / whole) * 100
  if (percent > 99.99 && part < whole) return '> 99.99 %'
  if (percent < 0.01 && part > 0) return '< 0.01 %'
  return `${Number(percent.toFixed(2))} %`
}

/** `0:05.123` since the start. */
export function clockText(ms: number): string {
  const sign = ms < 0 ? '−' : ''
  const total = Math.round(Math.abs(ms))
  const minutes = Math.floor(total / 60_000)
  const seconds = ((total % 60_000) / 1000).toFixed(3).padStart(6, '0')
  return `${sign}${minutes}:${seconds}`
}
