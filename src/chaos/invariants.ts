// What must be true of a system after load and after every fault, judged by what its parts recorded each
// for itself. Pure; runtime/verify.ts reads the records.
//
//   acknowledged (load) ─┐
//   feed (order) ────────┤
//   charges (payment) ───┼──▶ each invariant: held · broken, with the first counter-examples · not checked
//   ledger (provider) ───┤
//   messages, mailbox ───┤    (notification: what it meant to send, and what arrived)
//   audit chain ─────────┘

import type { AuditResult } from './audit-chain.ts'
import { judge, type InvariantResult } from './invariants/judge.ts'
import {
  messagesArrived,
  newsIsTold,
  nothingStrangeArrived,
  toldOnlyNews,
} from './invariants/notifications.ts'
import {
  acknowledgedOrdersEnded,
  feedHasNoGaps,
  foldOrders,
  oneOrderForEachKey,
  ordersEnded,
} from './invariants/orders.ts'
import { booksAgree, paidOnce, paymentsSettled, refundsAgree } from './invariants/payments.ts'
import type { SystemRecords } from './invariants/records.ts'

export type { InvariantResult } from './invariants/judge.ts'
export type * from './invariants/records.ts'

/** All of them, always in this order. */
export function checkInvariants(records: SystemRecords): InvariantResult[] {
  const { acknowledged, feed, charges, ledger, news = null, messages, mailbox, audit } = records
  const orders = foldOrders(feed)
  return [
    acknowledgedOrdersEnded(acknowledged, orders),
    ordersEnded(orders),
    oneOrderForEachKey(feed),
    paidOnce(charges, orders),
    paymentsSettled(charges, orders),
    booksAgree(ledger, orders),
    refundsAgree(charges, ledger),
    newsIsTold(feed, messages, news),
    toldOnlyNews(feed, messages),
    messagesArrived(messages, mailbox),
    nothingStrangeArrived(messages, mailbox),
    feedHasNoGaps(feed, audit?.events ?? 0),
    auditIsWhole(audit),
  ]
}

/** An empty log proves nothing, unless there should have been something in it. */
function auditIsWhole(audit: AuditResult | null): InvariantResult {
  const looked = audit !== null && (audit.events > 0 || audit.broken !== null) ? [audit] : null
  const result = judge('the audit chain is whole', looked, ({ broken }) =>
    broken === null ? undefined : `event ${broken.pos}: ${broken.reason}`,
  )
  if (looked === null || audit?.anchors !== 0) return result
  // Hashes alone can all be made anew.
  return {
    ...result,
    notChecked: [{ what: 'events against an anchor, of which there is none', count: audit.events }],
  }
}

/** How many of all that was looked at are not as they must be; some may come right, as long as orders and messages are under way. */
export const countBroken = (results: readonly InvariantResult[]): number =>
  results.reduce((sum, { broken }) => sum + broken, 0)

/** A system in which nothing could be looked at has not passed. */
export const verdictOfInvariants = (results: readonly InvariantResult[]): 'PASS' | 'FAIL' =>
  countBroken(results) === 0 && results.some(({ state }) => state === 'held') ? 'PASS' : 'FAIL'
