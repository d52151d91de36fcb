// Composition root of recorded runs: opens one, records it, finishes it with its report; lists them
// and opens their reports.

import { join } from 'node:path'
import { randomInt } from 'node:crypto'
import { systemClock } from '../adapters/clock.ts'
import { diskFiles, writeWhole } from '../adapters/files.ts'
import { openInBrowser } from '../adapters/open-in-browser.ts'
import { readReportAssets } from '../adapters/report-assets.ts'
import {
  type LinePlace,
  type LineReader,
  makeRunFolder,
  openLines,
  readLines,
} from '../adapters/runs-folder.ts'
import { stateFolder } from '../adapters/state-folder.ts'
import type { ListedRun } from '../cli/views/runs.ts'
import { errors } from '../errors.ts'
import { createDistribution } from '../load/distribution.ts'
import type { EventDraft, RunKind, SystemEvent } from '../events.ts'
import { byTime, numbered, runId, type Run, type RunSummary, withoutHistograms } from '../observe/run.ts'
import { renderReport } from '../observe/report.ts'
import type { Acknowledged } from '../system/load-report.ts'
import { findSystemRoot } from '../system/load-system.ts'
import { suggest } from '../system/suggest.ts'

export interface OpenRun {
  /** The system's folder; absent for a run against something else, which is kept in the state folder. */
  root?: string | undefined
  /** The system's name. */
  system?: string | null
  kind: RunKind
  title: string
  target: string
}

export interface RunRecorder {
  id: string
  folder: string
  /** Where report.html will stand. */
  report: string
  /** An event of the run itself; on disk soon, numbered when the run is finished. */
  append(event: EventDraft): void
  acknowledged(orders: readonly Acknowledged[]): void
  /** Ends a run that never began: nothing of it is kept. */
  discard(): Promise<void>
  /** `agentEvents`: the slice of the agent's journal between the start of the run and now. */
  finish(ended: { verdict: string; summary: RunSummary; agentEvents?: readonly SystemEvent[] }): Promise<Run>
}

/** Makes the run's folder and begins its journal with `run.started`. */
export async function openRun({ root, system = null, kind, title, target }: OpenRun): Promise<RunRecorder> {
  const startedAt = systemClock.now()
  const id = runId(new Date(startedAt).toISOString(), kind, randomInt(0x1_0000) / 0x1_0000)
  const folder = join(runsFolder(root), id)
  await makeRunFolder(folder)
  const journalPath = join(folder, 'events.ndjson')
  const journal = await openLines(journalPath)
  const reader = await readLines(journalPath)
  const orders = await openLines(join(folder, 'acknowledged.ndjson'))
  const report = join(folder, 'report.html')
  const recorded: JournalEntry[] = []
  const distribution = createDistribution()
  let acknowledged = 0
  const subject = `run:${id}`

  const append = (draft: EventDraft): void => {
    const line = journal.append([JSON.stringify(numbered(draft, recorded.length))])
    recorded.push({ at: draft.at, line })
    if (draft.type === 'load.interval') distribution.add(draft.data)
  }
  append({ at: startedAt, source: 'load', type: 'run.started', subject, data: { kind, title, target } })

  return {
    id,
    folder,
    report,
    append,
    acknowledged(lines) {
      acknowledged += lines.length
      orders.append(lines.map((line) => JSON.stringify(line)))
    },
    async discard() {
      await using _ = reader
      // What could not be written is not missed.
      await Promise.allSettled([journal.close(), orders.close()])
      await diskFiles.remove(folder)
    },
    async finish({ verdict, summary, agentEvents = [] }) {
      await using _ = reader
      const endedAt = systemClock.now()
      append({ at: endedAt, source: 'load', type: 'run.ended', subject, data: { kind, verdict } })
      await Promise.all([journal.close(), orders.close()])
      const what = { version: 1, id, kind, title, target, system } as const
      const run: Run = { ...what, startedAt, endedAt, verdict, acknowledged, summary }
      const entries = [...recorded, ...agentEvents.map((event) => ({ at: event.at, event }))].toSorted(byTime)
      const events: SystemEvent[] = []
      const merged = wholeEvents(reader, entries, journalPath)
      await writeWhole(
        journalPath,
        linesOf(merged, (event) => events.push(withoutHistograms(event))),
      )
      const when = new Date(startedAt)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z/, ' UTC')
      const assets = await readReportAssets()
      const page = renderReport({ run, events, assets, when, distribution: distribution.read() })
      await diskFiles.write(report, page)
      // Last: a run without it is one that never ended.
      await diskFiles.write(join(folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`)
      return run
    },
  }
}

/** Where an event of the run stands in its journal; an event of the agent's. */
type JournalEntry = { at: number } & ({ line: LinePlace } | { event: SystemEvent })

/** One at a time: together, the seconds of ten minutes are as much as all else that a run keeps. */
async function* wholeEvents(
  journal: LineReader,
  entries: readonly JournalEntry[],
  path: string,
): AsyncGenerator<SystemEvent> {
  for (const [index, entry] of entries.entries()) {
    const event =
      'event' in entry ? entry.event : (parsed(await journal.read(entry.line)) as SystemEvent | undefined)
    if (event === undefined) throw errors.runRecordChanged(path)
    yield numbered(event, index)
  }
}

async function* linesOf(
  events: AsyncIterable<SystemEvent>,
  tell: (event: SystemEvent) => void,
): AsyncGenerator<string> {
  for await (const event of events) {
    tell(event)
    yield `${JSON.stringify(event)}\n`
  }
}

/** The runs of the system around a folder, or those that belong to none; newest first. */
export async function listRuns(from: string): Promise<ListedRun[]> {
  const folder = runsFolder(await findSystemRoot(from, diskFiles))
  const ids = (await diskFiles.list(folder)).filter((id) => /^\d{8}-\d{6}-/.test(id))
  return Promise.all(
    ids
      .toSorted()
      .toReversed()
      .map((id) => readRun(folder, id)),
  )
}

/** The run with the id, or the newest one that has a report. @throws UserError no-runs, unknown-run */
export async function findRun(from: string, id?: string): Promise<ListedRun> {
  const runs = await listRuns(from)
  if (id === undefined) {
    const newest = runs.find(({ report }) => report !== null)
    if (newest === undefined) throw errors.noRuns()
    return newest
  }
  const ids = runs.map((run) => run.id)
  const matching = runs.filter((run) => run.id === id || run.id.endsWith(`-${id}`))
  if (matching.length !== 1) throw errors.unknownRun(id, suggest(id, ids))
  return matching[0]!
}

/** Opens a report with the desktop's browser; false when there is none to open it with. */
export const openReport = openInBrowser

const runsFolder = (root: string | undefined): string =>
  root === undefined ? join(stateFolder(), 'runs') : join(root, '.msvc', 'runs')

async function readRun(folder: string, id: string): Promise<ListedRun> {
  const text = await diskFiles.readIfExists(join(folder, id, 'run.json'))
  const report = join(folder, id, 'report.html')
  const place = { folder: join(folder, id), report: (await diskFiles.exists(report)) ? report : null }
  const run = text === undefined ? undefined : (parsed(text) as Run | undefined)
  if (run === undefined) return { ...(await beginningOf(folder, id)), ...place }
  const { kind, title, target, system, startedAt, endedAt, verdict } = run
  return { id, kind, title, target, system, startedAt, endedAt, verdict, ...place }
}

/** undefined: written in part, as by a process that was killed. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What can be said of a run that goes on, or whose process was killed. */
async function beginningOf(folder: string, id: string): Promise<Omit<ListedRun, 'folder' | 'report'>> {
  const journal = await diskFiles.readIfExists(join(folder, id, 'events.ndjson'))
  const first = journal?.split('\n', 1)[0]
  const started = first ? (parsed(first) as SystemEvent | undefined) : undefined
  const unknown = { kind: id.split('-')[2] ?? '', title: '', target: '' }
  const told = started?.type === 'run.started' ? started.data : unknown
  return {
    id,
    ...told,
    system: null,
    startedAt: started?.at ?? startIn(id),
    endedAt: null,
    verdict: 'unfinished',
  }
}

/** What its name says, to the second: nothing else may be there yet. */
function startIn(id: string): number {
  const digits = id.replace('-', '').slice(0, 14)
  const iso = digits.replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z')
  return Date.parse(iso) || 0
}
