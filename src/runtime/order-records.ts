// What order and payment recorded: the feed of the one, the charges of the other.

import { readRecords } from '../adapters/service-records.ts'
import type { OrderEvent, PaymentRecord } from '../chaos/invariants.ts'
import type { ServiceStatus } from '../system/agent-api.ts'

export interface OrderRecords {
  feed: readonly OrderEvent[]
  charges: readonly PaymentRecord[]
}

/** A reader of all records so far. An event stays as it is, so only new ones are asked for; a charge changes its state. */
export function orderRecords(
  services: readonly ServiceStatus[],
  signal: AbortSignal,
): () => Promise<OrderRecords> {
  const feedUrl = `${urlOf(services, 'order')}/feed`
  const chargesUrl = `${urlOf(services, 'payment')}/charges`
  const feed: OrderEvent[] = []
  let after = 0
  return async () => {
    const { records, next } = await readRecords<OrderEvent>(feedUrl, 'events', { after, signal })
    for (const record of records) feed.push(record)
    after = next
    const charges = await readRecords<PaymentRecord>(chargesUrl, 'charges', { signal })
    return { feed, charges: charges.records }
  }
}

function urlOf(services: readonly ServiceStatus[], name: string): string {
  const service = services.find((one) => one.name === name)
  if (service === undefined) throw new Error(`the system has no service ${name} to ask for its records`)
  return service.url
}
