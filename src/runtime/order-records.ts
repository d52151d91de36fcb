// What order and payment recorded: the feed of the one, the charges of the other.

import { readRecords } from '../adapters/service-records.ts'
import type { Charge, FeedEvent } from '../chaos/orders-check.ts'
import type { ServiceStatus } from '../system/agent-api.ts'

export interface OrderRecords {
  feed: readonly FeedEvent[]
  charges: readonly Charge[]
}

/** A reader of all records so far; each time it asks only for what is new. */
export function orderRecords(
  services: readonly ServiceStatus[],
  signal: AbortSignal,
): () => Promise<OrderRecords> {
  const feed = pagesOf<FeedEvent>(`${urlOf(services, 'order')}/feed`, 'events', signal)
  const charges = pagesOf<Charge>(`${urlOf(services, 'payment')}/charges`, 'charges', signal)
  return async () => ({ feed: await feed(), charges: await charges() })
}

function pagesOf<T>(url: string, list: string, signal: AbortSignal): () => Promise<readonly T[]> {
  const all: T[] = []
  let after = 0
  return async () => {
    const { records, next } = await readRecords<T>(url, list, { after, signal })
    for (const record of records) all.push(record)
    after = next
    return all
  }
}

function urlOf(services: readonly ServiceStatus[], name: string): string {
  const service = services.find((one) => one.name === name)
  if (service === undefined) throw new Error(`the system has no service ${name} to ask for its records`)
  return service.url
}
