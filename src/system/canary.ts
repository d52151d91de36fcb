// Canaries: requests of ours that a generated system records in its traces whatever its sampling says. The fleet's
// key makes its gateway believe them; see platform/src/canary.ts of a generated system.

export const canaryKeyHeader = 'x-canary-key'

/** A sampled trace of its own, in W3C's format. The second half of a UUID is never all zero. */
export function traceparentOf(uuid: string): string {
  const digits = uuid.replaceAll('-', '')
  return `00-${digits}-${digits.slice(16)}-01`
}
