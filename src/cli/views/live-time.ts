// How long until something, for a person who watches: whole seconds for leases, tenths for breakers.

/** "21 s", "2 min 5 s"; what is over is "0 s". */
export function inSeconds(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / 1000)
  if (seconds < 100) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** "2.3 s" */
export const inTenths = (ms: number): string =>
  ms >= 10_000 ? inSeconds(ms) : `${(Math.max(0, ms) / 1000).toFixed(1)} s`
