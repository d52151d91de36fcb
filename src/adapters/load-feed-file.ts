// A feed's file → rows: CSV with a header line (texts only), or a JSON list of objects.

import { parse } from 'csv-parse/sync'
import { errors, type Place } from '../errors.ts'

type Row = Record<string, string | number | boolean>

/** Throws `file-invalid` at `place`, where the scenario names the file. */
export function readRows(text: string, file: string, place: Place): Row[] {
  const next = 'A feed is CSV with a header line, or a JSON list of objects.'
  const rows = rowsOf(text, file, (reason) => errors.fileInvalid(place, `the feed ${file} ${reason}.`, next))
  if (rows.length > 0) return rows
  throw errors.fileInvalid(place, `the feed ${file} has no rows.`, next)
}

function rowsOf(text: string, file: string, trouble: (reason: string) => Error): Row[] {
  if (!file.endsWith('.json')) {
    try {
      return parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true })
    } catch (error) {
      throw trouble(`is not CSV: ${(error as Error).message}`)
    }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw trouble(`is not JSON: ${(error as Error).message}`)
  }
  const isRow = (row: unknown): row is object =>
    typeof row === 'object' && row !== null && !Array.isArray(row)
  if (!Array.isArray(value) || !value.every(isRow)) throw trouble('is not a list of objects')
  return value.map((row: object) =>
    Object.fromEntries(
      Object.entries(row).map(([column, cell]: [string, unknown]) => [
        column,
        cell === null || typeof cell === 'object' ? JSON.stringify(cell) : (cell as Row[string]),
      ]),
    ),
  )
}
