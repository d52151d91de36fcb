// Who is stopped first: callers before the services that they call, so that what is in flight can
// finish. Each wave holds services whose callers are all in earlier waves.

import { edgesOf, type System } from '../system/system.ts'

export function stopWaves(system: System): string[][] {
  const edges = edgesOf(system)
  const waves: string[][] = []
  const left = new Set(system.services.map(({ name }) => name))
  while (left.size > 0) {
    const isCalled = (name: string): boolean =>
      edges.some(({ caller, callee }) => callee === name && left.has(caller))
    const free = [...left].filter((name) => !isCalled(name))
    const wave = free.length > 0 ? free : [...left] // a cycle has no first one
    waves.push(wave)
    for (const name of wave) left.delete(name)
  }
  return waves
}
