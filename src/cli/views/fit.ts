// Lines → lines that fit a terminal, so that a frame can be drawn over the last one without flicker.

/** At most that many columns of text; colours do not count, and are ended where the text is cut. */
export function clip(line: string, columns: number): string {
  let shown = 0
  let kept = ''
  let isColoured = false
  for (const [piece = ''] of line.matchAll(pieces)) {
    if (piece.length > 1 && piece.startsWith(escape)) {
      kept += piece
      isColoured = true
      continue
    }
    if (shown === columns - 1 && shown + 1 < widthOf(line)) return `${kept}…${isColoured ? reset : ''}`
    kept += piece
    shown += 1
  }
  return kept
}

/** The first lines that fit, each within the columns. One row stays free for the cursor. */
export const fit = (lines: readonly string[], { columns, rows }: { columns: number; rows: number }): string =>
  lines
    .slice(0, Math.max(1, rows - 1))
    .map((line) => clip(line, columns))
    .join('\n')

const escape = String.fromCharCode(27)
const reset = `${escape}[0m`
const colours = new RegExp(`${escape}\\[[0-9;]*m`, 'g')
const pieces = new RegExp(`${escape}\\[[0-9;]*m|[^]`, 'gu')

const widthOf = (line: string): number => Array.from(line.replace(colours, '')).length
