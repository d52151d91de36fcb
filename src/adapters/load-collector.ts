// How V8 collects garbage in a process that generates load.
//
// A request leaves little that outlives it, so a new space of 1 MB is full, and empty again, many times a second. As
// V8 starts, it wakes helper threads for each of these collections: they cost more than they save, and take the core
// that the target runs on.

import { setFlagsFromString } from 'node:v8'

const flags = [
  '--min-semi-space-size=8',
  '--no-parallel-scavenge',
  '--no-concurrent-marking',
  '--no-concurrent-sweeping',
]

/** For the threads that are started from now on. */
export function collectAlone(): void {
  for (const flag of flags) setFlagsFromString(flag)
}
