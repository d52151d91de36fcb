// Lines → lines that fit a terminal: cut, so that a frame can be drawn over the last one without flicker, or broken.

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

/** A text behind `lead`, broken between words; the lines after its first begin below that. */
export function hanging(lead: string, text: string, columns = 80): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`
    if (lines.length > 0 && lead.length + longer.length <= columns) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.map((line, index) => (index === 0 ? lead : ' '.repeat(lead.length)) + line)
}

const escape = String.fromCharCode(27)
const reset = `${escape}[0m`
const colours = new RegExp(`${escape}\\[[0-9;]*m`, 'g')
const pieces = new RegExp(`${escape}\\[[0-9;]*m|[^]`, 'gu')

const widthOf = (line: string): number => Array.from(line.replace(colours, '')).length
