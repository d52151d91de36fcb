// While a callee is dead, its breaker tries again once a second: half-open, and open at once. One row
// tells all of those in a row, so that the rows that matter stay in sight.

import type { TimelineRow } from './timeline.ts'

/** Failed trials of one edge with nothing else between them become one row; all other rows stay. */
export function foldFailedTrials(rows: readonly TimelineRow[]): TimelineRow[] {
  const folded: TimelineRow[] = []
  let trials = 0
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    if (!isFailedTrial(row, rows[index + 1])) {
      folded.push(row)
      trials = 0
      continue
    }
    trials++
    const last = rows[index + 1]!
    if (trials > 1 && folded.at(-1)?.subject === row.subject) {
      const first = folded.pop()!
      folded.push({ ...first, what: `${trialText} × ${trials}`, detail: `${last.detail}, ${until(last)}` })
    } else {
      trials = 1
      folded.push({ ...row, what: trialText, detail: last.detail })
    }
    index++ // the opening is told with its half-open
  }
  return folded
}

const trialText = 'breaker half-open, open again'

const isFailedTrial = (row: TimelineRow, next: TimelineRow | undefined): boolean =>
  row.what === 'breaker half-open' && next?.what === 'breaker open' && next.subject === row.subject

const until = ({ afterFaultMs }: TimelineRow): string =>
  afterFaultMs === null ? 'again and again' : `the last at +${Math.round(afterFaultMs)} ms`
