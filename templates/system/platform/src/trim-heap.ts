// Gives memory back that only the start needed: sources, schemas, a young generation that had to hold them.
//
// V8 lets go of it when memory is short or much is allocated; in a service that nobody asks that is never, and it
// keeps a tenth of all that it has. One collection takes a service that idles for a moment; it runs once.

import { performance } from 'node:perf_hooks'
import { queryObjects } from 'node:v8'
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

class Nothing {}

/**
 * Who asks V8 how many objects there are of a class has it collect all others first. Its `gc` would do that too, but
 * has to be fetched from a context of its own, and after that V8 threw away compiled code whenever a service had
 * rested for some seconds: a request then cost half as much again, until thousands had come.
 */
function collectAll(): void {
  const { emitWarning } = process
  process.emitWarning = () => {} // that it is experimental: without it we would only keep the memory
  try {
    queryObjects(Nothing, { format: 'count' })
  } finally {
    process.emitWarning = emitWarning
  }
}
