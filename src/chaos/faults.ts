// The faults that msvc knows.

import type { FaultKind } from './fault.ts'
import { bandwidth } from './faults/bandwidth.ts'
import { block } from './faults/block.ts'
import { cpu } from './faults/cpu.ts'
import { http } from './faults/http.ts'
import { kill } from './faults/kill.ts'
import { latency } from './faults/latency.ts'
import { limit } from './faults/limit.ts'
import { loss } from './faults/loss.ts'
import { memory } from './faults/memory.ts'
import { partition } from './faults/partition.ts'
import { pause } from './faults/pause.ts'
import { reset } from './faults/reset.ts'
import { restartLoop } from './faults/restart-loop.ts'
import { slice } from './faults/slice.ts'
import { slowClose } from './faults/slow-close.ts'
import { timeout } from './faults/timeout.ts'

export const faultKinds: FaultKind[] = [
  kill,
  restartLoop,
  pause,
  cpu,
  memory,
  block,
  latency,
  bandwidth,
  loss,
  partition,
  reset,
  slowClose,
  timeout,
  limit,
  slice,
  http,
]
