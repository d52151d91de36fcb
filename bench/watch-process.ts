// Loaded into a process before everything else (`--import`): writes down twice a second what only the process
// itself knows, a line of JSON for each time, in WATCH_FOLDER.

import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

/** Of the time since the line before. */
export interface WatchLine {
  /** Epoch milliseconds of its end. */
  at: number
  elapsedMs: number
  /** In which the event loop was busy, or waited for a core. */
  activeMs: number
  gcMs: number
  longestGcMs: number
  /** How late a timer was at worst. */
  longestDelayMs: number
}

const everyMs = 500
const resolutionMs = 20

const folder = process.env['WATCH_FOLDER']
if (folder !== undefined && isMainThread) watch(join(folder, `${process.pid}.ndjson`))

function watch(path: string): void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  let gc = { sumMs: 0, longestMs: 0 }
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      gc = { sumMs: gc.sumMs + duration, longestMs: Math.max(gc.longestMs, duration) }
    }
  }).observe({ entryTypes: ['gc'] })
  let loop = performance.eventLoopUtilization()
  let beforeMs = performance.now()
  setInterval(() => {
    const nowMs = performance.now()
    const line: WatchLine = {
      at: Date.now(),
      elapsedMs: nowMs - beforeMs,
      activeMs: performance.eventLoopUtilization(loop).active,
      gcMs: gc.sumMs,
      longestGcMs: gc.longestMs,
      longestDelayMs: Math.max(0, delay.max / 1e6 - resolutionMs),
    }
    appendFileSync(path, `${JSON.stringify(line)}\n`)
    loop = performance.eventLoopUtilization()
    beforeMs = nowMs
    gc = { sumMs: 0, longestMs: 0 }
    delay.reset()
  }, everyMs).unref()
}
