// Data feeds: rows of a file, one for each arrival, as `{{feed.column}}`.

import { errors, type Place } from '../errors.ts'
import { suggest } from '../system/suggest.ts'
import { fractionAt } from './chance.ts'
import { type ArrivalValues, namesIn, type Variables } from './template.ts'

/** Plain data. It has at least one row; the columns are those of the first. */
export interface FeedRows {
  name: string
  pick: 'sequential' | 'random'
  rows: readonly Variables[]
}

/** Arrival → the values of its rows: in order and round and round, or by chance that depends on it alone. */
export function rowPicker(feeds: readonly FeedRows[], seed: number): (arrival: number) => ArrivalValues {
  if (feeds.length === 0) return () => none
  return (arrival) => {
    const values: Record<string, string | number | boolean> = {}
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

export const columnsOf = ({ rows }: FeedRows): string[] => Object.keys(rows[0]!)

interface Step {
  path: string
  headers: Readonly<Record<string, string>>
  body: unknown
  place: Place
}

/** Throws `file-invalid` at the step that asks a feed for a column that it has not; it would be sent as it stands. */
export function checkColumns(steps: readonly Step[], feeds: readonly FeedRows[]): void {
  for (const { path, headers, body, place } of steps) {
    for (const name of namesIn(JSON.stringify([path, headers, body]))) {
      const feed = feeds.find((one) => name.startsWith(`${one.name}.`))
      if (feed === undefined) continue
      const columns = columnsOf(feed)
      const column = name.slice(feed.name.length + 1)
      if (columns.includes(column)) continue
      const meant = suggest(column, columns)
      throw errors.fileInvalid(
        place,
        `{{${name}}} is not known: the feed ${feed.name} has no column ${column}.`,
        `${meant === undefined ? '' : `Did you mean ${meant}? `}Its columns: ${columns.join(', ')}.`,
      )
    }
  }
}
