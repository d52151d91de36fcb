// Generated tables inside docs/breaker.md, each between two markers:
//
//   <!-- conformance: written by `node test/breaker/conformance.ts` -->
//   | … |
//   <!-- /conformance -->

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const page = fileURLToPath(new URL('../../docs/breaker.md', import.meta.url))

/** Padded as the formatter pads it, so that a formatted page is not a changed page. */
export function markdownTable(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** The table that stands between the markers. */
export async function tableOnPage(name: string): Promise<string> {
  return splitPage(await readFile(page, 'utf8'), name).table
}

export async function putTable(name: string, table: string): Promise<void> {
  const { before, after } = splitPage(await readFile(page, 'utf8'), name)
  await writeFile(page, `${before}\n\n${table}\n\n${after}`)
}

function splitPage(text: string, name: string): { before: string; table: string; after: string } {
  const begin = new RegExp(`^<!-- ${name}: .* -->$`, 'm').exec(text)
  const end = text.indexOf(`<!-- /${name} -->`)
  if (begin === null || end < 0) throw new Error(`docs/breaker.md has no markers for ${name}`)
  const start = begin.index + begin[0].length
  return {
    before: text.slice(0, start),
    table: text.slice(start, end).trim(),
    after: text.slice(end),
  }
}
