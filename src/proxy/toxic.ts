// What a toxic is. It decides, it never acts: bytes come in, steps with their moments come out.
//
//   client ──▶ [toxic] ──▶ [toxic] ──▶ server      the upstream chain
//   client ◀── [toxic] ◀────────────── server      the downstream chain
//
// The pipeline (pipeline.ts) asks a toxic's stage what becomes of each item, keeps the order, and does
// what was decided when it is due. So a toxic needs no timer and no socket, and can be taken out at any moment.

import type { AttributeSpec, Attributes } from './attributes.ts'
import type { Chance } from '../system/seeded-chance.ts'

export const directions = ['upstream', 'downstream'] as const
/** Upstream: what the client sends to the server. Downstream: what the server sends back. */
export type Direction = (typeof directions)[number]

/** What travels through a chain. */
export type Item = { kind: 'data'; bytes: Uint8Array } | { kind: 'end' }

/** What a toxic wants done; steps of one toxic are done in order, none before its moment. */
export type Step =
  | { kind: 'forward'; item: Item; dueMs: number }
  /** Both ends of the connection, after what went before. */
  | { kind: 'close'; dueMs: number }
  /** RST to both ends. */
  | { kind: 'reset'; dueMs: number }
  /** Bytes back to the side that sent. */
  | { kind: 'answer'; bytes: Uint8Array; dueMs: number }
  /** Forgets the steps that wait. */
  | { kind: 'forget' }

/** One toxic on one direction of one connection. Times are monotonic milliseconds. */
export interface Stage {
  take(item: Item, nowMs: number): Step[]
  /** What is due without any traffic; asked once, when the stage starts. */
  start?(): Step[]
  /** What an update of the attributes must not lose. */
  carry?(): number
  /** How much it broke so far: requests, packets, ends. Not said: every byte that it takes counts as touched. */
  broken?(): number
}

export interface StageContext {
  /** When this connection got the toxic. An update keeps it. */
  startMs: number
  chance: Chance
  /** Toxiproxy's semantics where ours are better. */
  isCompat: boolean
  /** From the stage before an update. */
  carried: number | undefined
  /** Requests seen by this toxic on all its connections. */
  shared: { requests: number }
}

export interface ToxicKind {
  type: string
  attributes: readonly AttributeSpec[]
  /** Direction when none is said; Toxiproxy's default is downstream. */
  defaultStream?: Direction
  /** Why these attributes are refused, beyond the bounds of each. */
  refuse?(attributes: Attributes, stream: Direction): string | undefined
  /** How much may wait in the toxic before the sender is held back. */
  bufferBytes: number
  /** It lost data: the connection cannot go on without it. */
  closesWhenRemoved?: true
  stage(attributes: Attributes, context: StageContext): Stage
}

export const pass = (item: Item, dueMs: number): Step => ({ kind: 'forward', item, dueMs })

/** For toxics that hold back little: the sender feels it soon. */
export const smallBuffer = 64 * 1024
/** For toxics that only delay: so much may be on its way, 80 MB a second at 100 ms. */
export const largeBuffer = 8 * 1024 * 1024
