// Gives memory back that only the start needed: sources, schemas, a young generation that had to hold them.
//
// V8 lets go of it when memory is short or much is allocated; in a service that nobody asks that is never, and it
// keeps a fifth of all that it has. One collection takes a service that idles for a moment; it runs once.

import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Logger } from './logger.ts'

/** Collecting takes 50 ms or so: a service that has something to do is left alone, and asked again. */
const idleShare = 0.05

export function trimHeapOnceIdle(log: Logger, everyMs = 2000): { stop(): void } {
  let before = performance.eventLoopUtilization()
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before)
    before = performance.eventLoopUtilization()
    if (utilization > idleShare) return
    clearInterval(timer)
    const heapBytes = process.memoryUsage().heapTotal
    collectAll()
    log.debug({ heapBytes, afterBytes: process.memoryUsage().heapTotal }, 'heap trimmed')
  }, everyMs).unref()
  return { stop: () => clearInterval(timer) }
}

/** V8's own function, which a flag makes known to contexts that begin after it. */
function collectAll(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (how: { type: 'major'; flavor: 'last-resort' }) => void
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', flavor: 'last-resort' })
}
