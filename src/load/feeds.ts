// Data feeds: rows of a file, one for each arrival, as `{{feed.column}}`.

import { fractionAt } from './chance.ts'
import type { ArrivalValues } from './template.ts'

/** Plain data. It has at least one row; the columns are those of the first. */
export interface FeedRows {
  name: string
  pick: 'sequential' | 'random'
  rows: readonly Readonly<Record<string, string>>[]
}

/** Arrival → the values of its rows: in order and round and round, or by chance that depends on it alone. */
export function rowPicker(feeds: readonly FeedRows[], seed: number): (arrival: number) => ArrivalValues {
  if (feeds.length === 0) return () => none
  return (arrival) => {
    const values: Record<string, string> = {}
    feeds.forEach(({ name, pick, rows }, index) => {
      const place =
        pick === 'random'
          ? Math.floor(fractionAt(seed + index, arrival) * rows.length)
          : arrival % rows.length
      for (const [column, value] of Object.entries(rows[place]!)) values[`${name}.${column}`] = value
    })
    return values
  }
}

const none: ArrivalValues = {}
