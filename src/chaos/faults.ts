// The faults that msvc knows.

import type { FaultKind } from './fault.ts'
import { block } from './faults/block.ts'
import { cpu } from './faults/cpu.ts'
import { kill } from './faults/kill.ts'
import { memory } from './faults/memory.ts'
import { pause } from './faults/pause.ts'
import { restartLoop } from './faults/restart-loop.ts'

export const faultKinds: FaultKind[] = [kill, restartLoop, pause, cpu, memory, block]
