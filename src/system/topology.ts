// Questions about who calls whom.

import type { System } from './system.ts'

/** A cycle of synchronous calls, first service repeated at the end; undefined when there is none. */
export function findCycle(system: System): string[] | undefined {
  const callees = new Map(system.services.map(({ name, dependsOn }) => [name, dependsOn]))
  const finished = new Set<string>()

  function visit(name: string, trail: string[]): string[] | undefined {
    const start = trail.indexOf(name)
    if (start >= 0) return [...trail.slice(start), name]
    if (finished.has(name)) return undefined
    for (const callee of callees.get(name) ?? []) {
      const cycle = visit(callee, [...trail, name])
      if (cycle) return cycle
    }
    finished.add(name)
    return undefined
  }

  for (const { name } of system.services) {
    const cycle = visit(name, [])
    if (cycle) return cycle
  }
  return undefined
}

/** Services in an order in which every callee stands before its callers. */
export function startOrder(system: System): string[] {
  const callees = new Map(system.services.map(({ name, dependsOn }) => [name, dependsOn]))
  const ordered = new Set<string>()
  function place(name: string): void {
    if (ordered.has(name)) return
    for (const callee of callees.get(name) ?? []) place(callee)
    ordered.add(name)
  }
  for (const { name } of system.services) place(name)
  return [...ordered]
}
