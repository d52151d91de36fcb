// .msvc/halted: while this file is there, no fault is set. A file and not a request, so that halting
// works whatever the agent does.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const haltPath = (root: string): string => join(root, '.msvc', 'halted')

export const isHalted = (root: string): boolean => existsSync(haltPath(root))

export function setHalted(root: string, isWanted: boolean): void {
  if (!existsSync(root)) return // moved away while its fleet runs: not to be made again
  if (!isWanted) return rmSync(haltPath(root), { force: true })
  mkdirSync(dirname(haltPath(root)), { recursive: true })
  writeFileSync(haltPath(root), 'Faults are halted. Lift with: msvc chaos halt --lift\n')
}
