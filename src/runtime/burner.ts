// A process that uses up CPU time or memory, for faults. Started as `node burner.js '<BurnOrder as JSON>'`; ends
// when its time is over, and when standard input ends: the agent holds the other side.

import type { BurnOrder } from '../chaos/processes-under-fault.ts'

/** The agent ends it when its time is over; a little later it does so itself. */
const graceMs = 5000
const sliceMs = 50
const chunkBytes = 16 * 1024 * 1024
const megabyte = 1_000_000

function run(order: BurnOrder): void {
  process.stdin.on('end', () => process.exit(0)).resume()
  setTimeout(() => process.exit(0), order.forMs + graceMs)
  if ('cpuPercent' in order) spin((sliceMs * order.cpuPercent) / 100)
  else fill(order.memoryMb * megabyte, [])
}

/** In short slices, so that the end of standard input is heard in between. */
function spin(busyMs: number): void {
  const until = performance.now() + busyMs
  while (performance.now() < until);
  setTimeout(() => spin(busyMs), sliceMs - busyMs)
}

/** Written to and not only asked for: the kernel gives memory at the first touch. */
function fill(leftBytes: number, kept: Buffer[]): void {
  const bytes = Math.min(leftBytes, chunkBytes)
  kept.push(Buffer.alloc(bytes, 1))
  if (leftBytes > bytes) setImmediate(() => fill(leftBytes - bytes, kept))
  else setInterval(() => kept.length, 60_000) // keeps them from being collected
}

run(JSON.parse(process.argv[2] ?? '{}') as BurnOrder)
