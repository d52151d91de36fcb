// Two texts → a unified diff that `git apply` and `patch` take.

const context = 3

interface Line {
  mark: ' ' | '-' | '+'
  text: string
}

/** Empty when the texts are equal. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return ''
  const lines = compare(linesOf(before), linesOf(after))
  const hunks = hunksOf(lines).map(hunkText)
  return `--- a/${path}\n+++ b/${path}\n${hunks.join('')}`
}

// Each line with its newline, so that a missing one at the end is a difference too.
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** Longest common subsequence by the textbook table; our files have a few hundred lines at most. */
function compare(before: string[], after: string[]): Line[] {
  const longest = Array.from({ length: before.length + 1 }, () => Array<number>(after.length + 1).fill(0))
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      longest[i]![j] =
        before[i] === after[j]
          ? longest[i + 1]![j + 1]! + 1
          : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
    }
  }
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i]! })
      i++
      j++
    } else if (j >= after.length || (i < before.length && longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      lines.push({ mark: '-', text: before[i++]! })
    } else {
      lines.push({ mark: '+', text: after[j++]! })
    }
  }
  return lines
}

interface Hunk {
  beforeLine: number
  afterLine: number
  lines: Line[]
}

function hunksOf(lines: Line[]): Hunk[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ mark }) => mark !== ' '),
  )
  const hunks: Hunk[] = []
  let beforeLine = 1
  let afterLine = 1
  for (const [index, line] of lines.entries()) {
    if (near[index]) {
      if (!near[index - 1]) hunks.push({ beforeLine, afterLine, lines: [] })
      hunks.at(-1)!.lines.push(line)
    }
    if (line.mark !== '+') beforeLine++
    if (line.mark !== '-') afterLine++
  }
  return hunks
}

function hunkText({ beforeLine, afterLine, lines }: Hunk): string {
  const range = (mark: '-' | '+', start: number) => {
    const count = lines.filter((line) => line.mark === ' ' || line.mark === mark).length
    return `${mark}${count === 0 ? start - 1 : start},${count}`
  }
  const body = lines.map(({ mark, text }) =>
    text.endsWith('\n') ? mark + text : `${mark}${text}\n\\ No newline at end of file\n`,
  )
  return `@@ ${range('-', beforeLine)} ${range('+', afterLine)} @@\n${body.join('')}`
}
