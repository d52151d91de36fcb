// A time of open-loop load at one rate: what it was answered, and what it took of the machine.
//
//   │ lead: not judged, only shown │ judged second by second │
//
// It ends as soon as it has missed. What fails in the lead counts all the same: an error is no warming up.

import { availableParallelism } from 'node:os'
import type { LoadInterval } from '../src/events.ts'
import { createHistogram, decode, merge, quantileUs, recordedIn } from '../src/load/histogram.ts'
import { runLoad } from '../src/runtime/load.ts'
import type { LoadReport } from '../src/system/load-report.ts'
import { loopUseOf, useBetween, useNow, type LoopUse, type ProcessUse } from './process-use.ts'

/** What is measured, and everything that runs for it. */
export interface Target {
  url: string
  headers: Record<string, string>
  /** What each process is called, and its pid. */
  processes: [name: string, pid: number][]
  /** Those of the system that waits for its turn. */
  beside: [name: string, pid: number][]
  /** Where they tell about themselves; see process-use.ts. */
  watchFolder: string
}

export interface WindowPlan {
  rate: number
  leadSeconds: number
  seconds: number
  limitMs: number
  connections: number
  /** How many of the worst seconds do not count. */
  spared: number
}

export interface Windowed {
  rate: number
  holds: boolean
  /** Of what is judged, the spared seconds left out. */
  p99: number
  /** Of the worst second, spared or not. */
  worstP99: number
  failed: number
  leadP99: number
  /** Of all, the lead included: late by the generator, waiting for a connection, being answered. */
  lagP99: number
  waitP99: number
  serviceP99: number
  /** Answered well, the lead included. */
  ok: number
  elapsedMs: number
  processes: (ProcessUse & { loop: LoopUse | undefined })[]
  /** Share of the cores that programs took which have nothing to do with it. */
  others: number
}

const cores = availableParallelism()

export async function loadWindow(target: Target, plan: WindowPlan): Promise<Windowed> {
  const { rate, leadSeconds, seconds, limitMs, connections, spared } = plan
  const lead: LoadInterval[] = []
  const judged: Second[] = []
  const stop = new AbortController()
  const mayBeLate = 0.01 * rate * (seconds - spared)
  const watched = watchUse(target)
  const report = await runLoad(
    {
      target: { url: target.url },
      headers: target.headers,
      ratePerSecond: rate,
      durationMs: (leadSeconds + seconds) * 1000,
      timeoutMs: 2000,
      // Not `eco`, which costs the machine less: its turns of 5 ms are crowds of forty requests at once.
      pacing: 'metronome',
      connections,
    },
    {
      signal: stop.signal,
      onInterval(interval) {
        if (stop.signal.aborted) return
        if (interval.second < leadSeconds) return void lead.push(interval)
        judged.push({ ...interval, late: lateIn(interval, limitMs) })
        if (sum(withoutWorst(judged, spared), ({ late }) => late) > mayBeLate) stop.abort()
      },
    },
  )
  const { ok = 0, unfinished = 0 } = report.outcomes
  const failed = report.schedule.arrivals - ok - unfinished
  const p99 = p99Of(withoutWorst(judged, spared))
  const isKept = !stop.signal.aborted && report.achievedRate >= 0.99 * rate
  return {
    rate,
    holds: isKept && failed === 0 && p99 <= limitMs,
    p99,
    worstP99: Math.max(0, ...judged.map(({ responseMs }) => responseMs.p99 ?? 0)),
    failed,
    leadP99: p99Of(lead),
    lagP99: report.lagMs.p99 ?? 0,
    waitP99: report.waitMs.p99 ?? 0,
    serviceP99: report.serviceMs.p99 ?? 0,
    ok,
    ...watched.until(report),
  }
}

/** What the machine does from now on. */
function watchUse({ processes, beside, watchFolder }: Target) {
  const before = useNow([...processes, ...beside])
  const ownBefore = process.cpuUsage()
  const startMs = Date.now()
  return {
    until({ generator, lagMs }: LoadReport): Pick<Windowed, 'elapsedMs' | 'processes' | 'others'> {
      const endMs = Date.now()
      const used = useBetween(before, useNow([...processes, ...beside]))
      const { user, system } = process.cpuUsage(ownBefore)
      const elapsedMs = endMs - startMs
      const load = {
        name: 'load',
        cpuMs: (user + system) / 1000,
        waitMs: (generator.runQueueWait ?? 0) * elapsedMs,
        loop: {
          utilization: generator.eventLoopUtilization,
          gc: generator.gcShare ?? 0,
          longestGcMs: null,
          longestDelayMs: lagMs.max ?? 0,
        },
      }
      const ownMs = sum([...used.processes, load], ({ cpuMs }) => cpuMs)
      return {
        elapsedMs,
        processes: [
          ...processes.map(([, pid], index) => ({
            ...used.processes[index]!,
            loop: loopUseOf(watchFolder, { pid, fromMs: startMs, toMs: endMs }),
          })),
          load,
        ],
        others: Math.max(0, used.busyMs - ownMs) / (elapsedMs * cores),
      }
    },
  }
}

/** With how many of its arrivals took longer than the limit. */
type Second = LoadInterval & { late: number }

const withoutWorst = (seconds: readonly Second[], spared: number): Second[] =>
  seconds.toSorted((one, other) => other.late - one.late).slice(spared)

const lateIn = ({ responseHistogram }: LoadInterval, limitMs: number): number =>
  sum(
    recordedIn(decode(responseHistogram)).filter(({ us }) => us > limitMs * 1000),
    ({ times }) => times,
  )

function p99Of(seconds: readonly LoadInterval[]): number {
  const all = createHistogram()
  for (const { responseHistogram } of seconds) merge(all, decode(responseHistogram))
  return (quantileUs(all, 0.99) ?? Number.POSITIVE_INFINITY) / 1000
}

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0)
