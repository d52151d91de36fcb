// How the calling thread fares: its event loop, its CPU time, garbage collection, and how long it waited
// for a core.

import { readFileSync } from 'node:fs'
import { performance, PerformanceObserver } from 'node:perf_hooks'

export interface ThreadWatch {
  /** Since the watch was started. */
  read(): ThreadUse
}

export interface ThreadUse {
  eventLoopUtilization: number
  /** Ready to run but without a core, as a share of the time; null where the kernel does not say. */
  runQueueWait: number | null
  /** Share of the time in garbage collection. */
  gcShare: number
  /** null where it cannot be read. */
  cpuMs: number | null
}

export function watchThread(): ThreadWatch {
  const startMs = performance.now()
  const loopAtStart = performance.eventLoopUtilization()
  const atStart = readSchedstat()
  let gcMs = 0
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration
  })
  collections.observe({ entryTypes: ['gc'] })
  return {
    read() {
      const elapsedMs = performance.now() - startMs
      const now = readSchedstat()
      for (const { duration } of collections.takeRecords()) gcMs += duration
      const isKnown = atStart !== null && now !== null && elapsedMs > 0
      return {
        eventLoopUtilization: performance.eventLoopUtilization(loopAtStart).utilization,
        runQueueWait: isKnown ? (now.waitMs - atStart.waitMs) / elapsedMs : null,
        gcShare: elapsedMs > 0 ? gcMs / elapsedMs : 0,
        cpuMs: isKnown ? now.runMs - atStart.runMs : null,
      }
    },
  }
}

/** Linux: nanoseconds on a core, nanoseconds waiting for one, time slices. */
function readSchedstat(): { runMs: number; waitMs: number } | null {
  try {
    const [run, wait] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ').map(Number)
    return run === undefined || wait === undefined ? null : { runMs: run / 1e6, waitMs: wait / 1e6 }
  } catch (error) {
    // Other systems have no such file; a sandbox may hide it.
    if (['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}
