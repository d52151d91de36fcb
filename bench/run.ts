// npm run bench -- NAME: runs one bench; without a name, lists them.
//
// A bench measures side by side in one run, interleaved, and prints medians with the commands compared.

const benches: Record<string, () => Promise<() => Promise<void> | void>> = {
  breaker: async () => (await import('./breaker.ts')).benchBreaker,
  'breaker-live': async () => (await import('./breaker-live.ts')).benchBreakerLive,
  load: async () => (await import('./load.ts')).benchLoad,
  'load-memory': async () => (await import('./load-memory.ts')).benchLoadMemory,
  capacity: async () => (await import('./capacity.ts')).benchCapacity,
  proxy: async () => (await import('./proxy.ts')).benchProxy,
  compare: async () => (await import('./compare.ts')).benchCompare,
  'event-store': async () => (await import('./event-store.ts')).benchEventStore,
  footprint: async () => (await import('./footprint.ts')).benchFootprint,
  hop: async () => (await import('./hop.ts')).benchHop,
  gateway: async () => (await import('./gateway.ts')).benchGateway,
  'start-up': async () => (await import('./start-up.ts')).benchStartUp,
}

const name = process.argv[2] ?? ''
const load = benches[name]
if (load === undefined) {
  console.log(`npm run bench -- ${Object.keys(benches).join(' | ')}`)
  process.exitCode = name === '' ? 0 : 2
} else {
  const bench = await load()
  await bench()
}
