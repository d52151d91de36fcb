// How V8 collects garbage in a process that generates load.
//
// A request leaves little that outlives it, so a new space of 1 MB is full, and empty again, many times a second. As
// V8 starts, it wakes helper threads for each of these collections: they cost more than they save, and take the core
// that the target runs on. Left alone, the new space grows to 16 MB, of which three are kept: 30 MB of resident memory
// for a share of CPU time that cannot be seen.
//
// What rests with a connection between two requests gets into the old space, which V8 lets grow by 8 MB before it looks
// for garbage there: a sawtooth of minutes, as of a leak. Optimised for size it looks after 2 MB, some ms every 20 s.

import { setFlagsFromString } from 'node:v8'

const flags = [
  '--min-semi-space-size=4',
  '--max-semi-space-size=4',
  '--no-parallel-scavenge',
  '--no-concurrent-marking',
  '--no-concurrent-sweeping',
  '--optimize-for-size',
]

/** For the threads that are started from now on; the last flag is heeded by this one, too. */
export function collectAlone(): void {
  for (const flag of flags) setFlagsFromString(flag)
}
