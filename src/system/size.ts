// Sizes as people type them: `512`, `512B`, `10KB`, `1.5MB`. K is 1,000, as in Toxiproxy.

const factors: Record<string, number> = { '': 1, B: 1, KB: 1000, MB: 1_000_000, GB: 1_000_000_000 }

/** Bytes, whole; NaN when the text is not a size. */
export function parseBytes(text: string): number {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([KMG]?B)?\s*$/i.exec(text) ?? []
  return number === undefined ? Number.NaN : Math.round(Number(number) * factors[unit.toUpperCase()]!)
}

/** The shortest text that `parseBytes` reads back to three digits: 1500 → `1.5KB`. */
export function formatBytes(bytes: number): string {
  const [unit, factor] =
    Object.entries(factors)
      .toReversed()
      .find(([, each]) => bytes >= each) ?? (['B', 1] as const)
  return `${Number((bytes / factor).toFixed(3))}${unit === '' ? 'B' : unit}`
}
