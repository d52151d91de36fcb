// Generated tables inside a page of docs/, each between two markers:
//
//   <!-- conformance: written by `node test/breaker/conformance.ts` -->
//   | … |
//   <!-- /conformance -->

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const pathOf = (page: string): string => fileURLToPath(new URL(`../../docs/${page}`, import.meta.url))

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
  return splitPage('breaker.md', await readFile(pathOf('breaker.md'), 'utf8'), name).table
}

export async function putTable(name: string, table: string, page = 'breaker.md'): Promise<void> {
  const { before, after } = splitPage(page, await readFile(pathOf(page), 'utf8'), name)
  await writeFile(pathOf(page), `${before}\n\n${table}\n\n${after}`)
}

function splitPage(
  page: string,
  text: string,
  name: string,
): { before: string; table: string; after: string } {
  const begin = new RegExp(`^<!-- ${name}: .* -->$`, 'm').exec(text)
  const end = text.indexOf(`<!-- /${name} -->`)
  if (begin === null || end < 0) throw new Error(`docs/${page} has no markers for ${name}`)
  const start = begin.index + begin[0].length
  return {
    before: text.slice(0, start),
    table: text.slice(start, end).trim(),
    after: text.slice(end),
  }
}
