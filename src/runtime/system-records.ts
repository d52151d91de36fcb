// Reads what the parts of a running system recorded, from outside: the services over HTTP, the mailbox and
// the audit log as they stand on disk.

import { join } from 'node:path'
import { readMailbox } from '../adapters/mailbox-files.ts'
import { readListOnce, readRecords } from '../adapters/service-records.ts'
import type {
  AcknowledgedOrder,
  LedgerEntry,
  MessageRecord,
  OrderEvent,
  PaymentRecord,
  SystemRecords,
  ToldEvent,
} from '../chaos/invariants.ts'
import { errors, UserError } from '../errors.ts'
import type { ServiceStatus } from '../system/agent-api.ts'
import { verifyAudit } from './audit.ts'

export interface RecordsOptions {
  root: string
  services: readonly ServiceStatus[]
  acknowledged: readonly AcknowledgedOrder[]
  /** Where order's log is anchored, when not with its data. */
  anchorFolder?: string | undefined
  signal?: AbortSignal | undefined
}

/** @throws UserError no-records, records-unreadable, no-anchors */
export async function readSystemRecords(options: RecordsOptions): Promise<SystemRecords> {
  const { root, services, acknowledged, anchorFolder, signal } = options
  const list = async <T>(service: string, path: string, name: string): Promise<T[] | null> => {
    const url = services.find((one) => one.name === service)?.url
    if (url === undefined) return null
    return (await readRecords<T>(`${url}${path}`, name, { ...(signal && { signal }) })).records
  }
  try {
    // The effects first and their causes last: what happens in between then has its cause on record.
    const mailbox = (await readMailbox<MessageRecord>(join(root, '.msvc/data/notification/mailbox'))) ?? null
    const news = await newsOf(services.find(({ name }) => name === 'notification')?.url, signal)
    const messages = await list<MessageRecord>('notification', '/notifications', 'notifications')
    const ledger = await list<LedgerEntry>('provider', '/payments', 'payments')
    const charges = await list<PaymentRecord>('payment', '/charges', 'charges')
    const audit = await auditOf(root, anchorFolder)
    const feed = await list<OrderEvent>('order', '/feed', 'events')
    if (feed === null) throw errors.noRecords('order')
    return { acknowledged, feed, charges, ledger, news, messages, mailbox, audit }
  } catch (error) {
    if (signal?.aborted || error instanceof UserError) throw error
    throw errors.recordsUnreadable((error as Error).message, error)
  }
}

/** null when notification does not say, as in systems that were made before it did. */
async function newsOf(url: string | undefined, signal: AbortSignal | undefined): Promise<ToldEvent[] | null> {
  return url === undefined ? null : await readListOnce<ToldEvent>(`${url}/news`, 'news', signal)
}

async function auditOf(root: string, anchorFolder: string | undefined): Promise<SystemRecords['audit']> {
  try {
    return await verifyAudit(root, 'order', anchorFolder)
  } catch (error) {
    if (error instanceof UserError && error.code === 'no-audit-log') return null
    throw error
  }
}
