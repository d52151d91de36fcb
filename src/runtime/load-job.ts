// What a thread of the generator is started with, what it is told, and what it tells: plain data.

import type { Address } from '../adapters/load-socket.ts'
import type { FeedRows } from '../load/feeds.ts'
import type { CompiledFlow } from '../load/flow.ts'
import type { SecondBooks } from '../load/intervals.ts'
import type { Phase } from '../load/phases.ts'
import type { Limits } from '../load/plan.ts'
import type { ScheduleShape } from '../load/schedule.ts'
import type { Pacing } from '../ports.ts'
import type { Acknowledged } from '../system/load-report.ts'

export interface LoadJob {
  address: Address
  isHttp2: boolean
  schedule: ScheduleShape
  share: { index: number; of: number }
  pacing: Pacing
  /** This worker's part. */
  limits: Limits
  flows: CompiledFlow[]
  feeds: FeedRows[]
  weights: number[]
  /** Seconds are told with the response times of each request. */
  tellsRequests: boolean
  /** Every how many-th arrival is a canary; null: none is. */
  canaryEvery: number | null
  seed: number
  /** Those that have books of their own. */
  phases: Phase[]
  booksMemory: SharedArrayBuffer
}

/** What it is told: when to start, once it is ready; to stop, at any time after that. */
export type LoadOrder = { type: 'start'; atMonotonicMs: number } | { type: 'stop' }

/** What it tells. */
export type LoadMessage =
  | { type: 'ready' }
  | { type: 'second'; second: SecondBooks }
  | { type: 'acknowledged'; lines: Acknowledged[] }
  | { type: 'done'; end: WorkerEnd }

export interface WorkerEnd {
  elapsedMs: number
  isInterrupted: boolean
  localLimits: ReadonlyMap<string, number>
  /** Of the thread and its pacer; null where it cannot be read. */
  cpuMs: number | null
  eventLoopUtilization: number
  runQueueWait: number | null
  gcShare: number
  connections: number
}
