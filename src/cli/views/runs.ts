// Recorded runs: data → text.

import chalk from 'chalk'

export interface ListedRun {
  id: string
  kind: string
  title: string
  target: string
  system: string | null
  /** Epoch ms. */
  startedAt: number
  /** null: it goes on, or its process was killed. */
  endedAt: number | null
  verdict: string
  folder: string
  /** Path of report.html; null while there is none. */
  report: string | null
}

/** @param formatTime epoch ms → local time, as the caller's locale has it */
export function runsView(runs: readonly ListedRun[], formatTime: (at: number) => string): string {
  if (runs.length === 0) return 'No runs are recorded here yet. Record one with `msvc load` or `msvc demo`.'
  const rows = runs.map(({ id, startedAt, endedAt, verdict, title, target, system }) => [
    id,
    formatTime(startedAt),
    endedAt === null ? '' : `${((endedAt - startedAt) / 1000).toFixed(1)} s`,
    verdict,
    // Runs of the system here are all of its own.
    system === null && target !== '' ? `${title}  ${target}` : title,
  ])
  const head = ['RUN', 'STARTED', 'TOOK', 'VERDICT', 'WHAT']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (row: string[]): string[] => row.map((cell, column) => cell.padEnd(widths[column]!))
  return [
    chalk.dim(line(head).join('  ').trimEnd()),
    ...rows.map((row) => {
      const [id, started, took, verdict, what] = line(row) as [string, string, string, string, string]
      return [id, started, took, coloured(verdict), what].join('  ').trimEnd()
    }),
    '',
    `Open the newest with ${chalk.cyan('msvc runs open')}, another with ${chalk.cyan('msvc runs open <run>')}.`,
  ].join('\n')
}

export interface PrunedView {
  removed: readonly { id: string; bytes: number }[]
  bytes: number
  kept: number
  dryRun: boolean
}

export function pruneView({ removed, bytes, kept, dryRun }: PrunedView): string {
  if (removed.length === 0) return `Nothing to remove: ${plural(kept, 'run')} kept.`
  const lines = removed.map((run) => `  ${run.id}  ${chalk.dim(megabytes(run.bytes))}`)
  const what = `${plural(removed.length, 'run')} (${megabytes(bytes)}); ${kept} kept`
  return [...lines, dryRun ? `Would remove ${what}.` : `Removed ${what}.`].join('\n')
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

function coloured(verdict: string): string {
  if (/^(PASS|valid|found|not-reached)\s*$/.test(verdict)) return chalk.green(verdict)
  if (/^(FAIL|ERROR|DEVIATED|RESIDUAL|never-met)/.test(verdict)) return chalk.red(verdict)
  return chalk.yellow(verdict)
}
