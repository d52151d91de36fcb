// A time of open-loop load at one rate: what it was answered, and what it took of the machine.
//
//   │ lead: not judged, only shown │ seconds, judged together │
//
// A second in which the machine stood still (stalls.ts) is not judged, whatever was answered in it; one more is added
// instead. It ends as soon as it has missed. What fails counts in all of them: no stall makes a wrong answer right.

import { availableParallelism } from 'node:os'
import type { LoadInterval } from '../src/events.ts'
import { decode, together } from '../src/load/encoded-histogram.ts'
import { quantileUs, recordedIn } from '../src/load/histogram.ts'
import { runLoad } from '../src/runtime/load.ts'
import type { LoadReport } from '../src/system/load-report.ts'
import type { Stalls } from './stalls.ts'
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
  /** To be judged. */
  seconds: number
  /** That may pass until so many could be judged. */
  mostSeconds: number
  limitMs: number
  connections: number
}

export interface Windowed {
  rate: number
  holds: boolean
  /** False where the machine stood still too often to tell. */
  isDecided: boolean
  /** Of what is judged. */
  p99: number
  /** Of the worst second of these. */
  worstP99: number
  /** Of all seconds after the lead. */
  wholeP99: number
  /** Seconds that were judged, and seconds in which the machine stood still. */
  judged: number
  still: number
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
/** In a second and in the moment before it, whose crowd it has to answer. */
const stillFromMs = 15
const crowdMs = 250

export async function loadWindow(target: Target, plan: WindowPlan, stalls: Stalls): Promise<Windowed> {
  const { rate, leadSeconds, seconds, mostSeconds, limitMs, connections } = plan
  const lead: LoadInterval[] = []
  const after: Second[] = []
  const stop = new AbortController()
  let startMs = 0
  let hasMissed = false
  const isStill = ({ second }: LoadInterval): boolean => {
    const fromMs = startMs + second * 1000
    return stalls.between(fromMs - crowdMs, fromMs + 1000) >= stillFromMs
  }
  const judgedSeconds = (): Second[] => after.filter((second) => !isStill(second)).slice(0, seconds)
  const watched = watchUse(target)
  const report = await runLoad(
    {
      target: { url: target.url },
      headers: target.headers,
      ratePerSecond: rate,
      durationMs: (leadSeconds + mostSeconds) * 1000,
      timeoutMs: 2000,
      // Not `eco`, which costs the machine less: its turns of 5 ms are crowds of forty requests at once.
      pacing: 'metronome',
      connections,
    },
    {
      signal: stop.signal,
      onStarted: (at) => void (startMs = at),
      onInterval(interval) {
        if (stop.signal.aborted) return
        if (interval.second < leadSeconds) return void lead.push(interval)
        after.push({ ...interval, late: lateIn(interval, limitMs) })
        const judged = judgedSeconds()
        hasMissed = sum(judged, ({ late }) => late) > 0.01 * rate * seconds
        if (hasMissed || judged.length === seconds) stop.abort()
      },
    },
  )
  const judged = judgedSeconds()
  const { ok = 0, unfinished = 0 } = report.outcomes
  const failed = report.schedule.arrivals - ok - unfinished
  const p99 = p99Of(judged)
  const isWhole = !hasMissed && judged.length === seconds && report.achievedRate >= 0.99 * rate
  return {
    rate,
    holds: isWhole && failed === 0 && p99 <= limitMs,
    isDecided: hasMissed || failed > 0 || judged.length === seconds,
    p99,
    worstP99: Math.max(0, ...judged.map(({ responseMs }) => responseMs.p99 ?? 0)),
    wholeP99: p99Of(after),
    judged: judged.length,
    still: after.filter(isStill).length,
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

const lateIn = ({ responseHistogram }: LoadInterval, limitMs: number): number =>
  sum(
    recordedIn(decode(responseHistogram)).filter(({ us }) => us > limitMs * 1000),
    ({ times }) => times,
  )

function p99Of(seconds: readonly LoadInterval[]): number {
  const all = together(seconds.map(({ responseHistogram }) => responseHistogram))
  return (quantileUs(all, 0.99) ?? Number.POSITIVE_INFINITY) / 1000
}

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0)
