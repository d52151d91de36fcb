// What the parts of a system recorded, each for itself; the evidence that invariants are judged by.

import type { Acknowledged } from '../../system/load-report.ts'
import type { AuditResult } from '../audit-chain.ts'

/** What the target promised; the status is its first word, where it is known. */
export type AcknowledgedOrder = Pick<Acknowledged, 'arrival' | 'key' | 'id'> &
  Partial<Pick<Acknowledged, 'status'>>

/** An event of order's feed. */
export interface OrderEvent {
  pos: number
  id: string
  orderId: string
  version: number
  type: string
  data: { key?: string; subject?: string; paymentKey?: string; amountCents?: number }
}

/** What payment says that it did. */
export interface PaymentRecord {
  key: string
  orderId: string
  amountCents: number
  /** Absent means captured. */
  state?: string
}

/** One payment in the provider's own books: whose money moved, whatever payment believes. */
export interface LedgerEntry {
  id: string
  /** The order. */
  reference: string
  amountCents: number
  state: string
}

/** A message that notification means to send, or one that arrived. */
export interface MessageRecord {
  id: string
  eventId: string
  orderId: string
  kind: string
  channel?: string
  state?: string
  /** How it was sent; null or absent: not said. Only what went to the mailbox can be seen to arrive. */
  via?: string | null
}

/** What notification says that it tells: on each of these channels. */
export interface ToldEvent {
  event: string
  channels: readonly string[]
}

/** null: the system has no such part, or keeps no such record. */
export interface SystemRecords {
  acknowledged: readonly AcknowledgedOrder[]
  feed: readonly OrderEvent[]
  charges: readonly PaymentRecord[] | null
  ledger: readonly LedgerEntry[] | null
  /** Absent or null: notification does not say. */
  news?: readonly ToldEvent[] | null
  messages: readonly MessageRecord[] | null
  mailbox: readonly MessageRecord[] | null
  audit: AuditResult | null
}
