// Notifications: each thing that is news was told once, and what was told arrived once.

import { judge, type InvariantResult } from './judge.ts'
import type { MessageRecord, OrderEvent, ToldEvent } from './records.ts'

/** Which events are news, and of which kind. */
const newsOf: Readonly<Record<string, string>> = {
  'order.confirmed': 'receipt',
  'order.payment_pending': 'payment-delayed',
  'order.cancelled': 'order-cancelled',
}

export function newsIsTold(
  feed: readonly OrderEvent[],
  messages: readonly MessageRecord[] | null,
  told: readonly ToldEvent[] | null,
): InvariantResult {
  const byEvent = Map.groupBy(messages ?? [], ({ eventId }) => eventId)
  const channelsOf = new Map(told?.map(({ event, channels }) => [event, channels]))
  const news = feed.filter(({ type }) => newsOf[type] !== undefined)
  const result = judge(
    'one notification of each kind for what happened',
    messages && news,
    ({ id, orderId, type }) => {
      const told = byEvent.get(id) ?? []
      const kind = newsOf[type]
      if (told.length === 0) return `nobody was told of ${type} of ${orderId}`
      const wrong = told.find((message) => message.kind !== kind || message.orderId !== orderId)
      if (wrong !== undefined) return `${type} of ${orderId} was told as ${wrong.kind} of ${wrong.orderId}`
      const channels = told.map(({ channel = 'one' }) => channel)
      if (new Set(channels).size !== channels.length)
        return `${type} of ${orderId} was told ${told.length} times`
      const missing = channelsOf.get(type)?.filter((channel) => !channels.includes(channel)) ?? []
      return missing.length === 0
        ? undefined
        : `nobody was told of ${type} of ${orderId} by ${missing.join(' or ')}`
    },
  )
  if (messages === null || told !== null) return result
  const what = 'by each channel, which notification does not list'
  return { ...result, notChecked: news.length === 0 ? [] : [{ what, count: news.length }] }
}

export function toldOnlyNews(
  feed: readonly OrderEvent[],
  messages: readonly MessageRecord[] | null,
): InvariantResult {
  const news = new Set(feed.filter(({ type }) => newsOf[type] !== undefined).map(({ id }) => id))
  return judge('nobody was told of what did not happen', messages, ({ id, eventId, orderId, kind }) =>
    news.has(eventId) ? undefined : `message ${id} (${kind} of ${orderId}) is about no event of the feed`,
  )
}

/** Where a message went that left for the outside is not seen from here, which is neither pass nor fail. */
export function messagesArrived(
  messages: readonly MessageRecord[] | null,
  mailbox: readonly MessageRecord[] | null,
): InvariantResult {
  const arrived = Map.groupBy(mailbox ?? [], ({ id }) => id)
  const seen = messages?.filter((message) => arrivalShows(message, mailbox !== null)) ?? null
  const unseen = messages?.filter((message) => !arrivalShows(message, mailbox !== null)) ?? []
  const result = judge('every notification arrived once', seen, ({ id, kind, orderId, state }) => {
    const times = arrived.get(id)?.length ?? 0
    if (times > 1) return `message ${id} (${kind} of ${orderId}) arrived ${times} times`
    return times === 1
      ? undefined
      : `message ${id} (${kind} of ${orderId}) did not arrive; it is ${state ?? 'sent'}`
  })
  const ways = Map.groupBy(
    unseen,
    ({ channel = 'one channel', via }) => `${channel} by ${via ?? 'unknown means'}`,
  )
  return { ...result, notChecked: [...ways].map(([what, { length: count }]) => ({ what, count })) }
}

/** What waits or is dead has not arrived by notification's own word. */
function arrivalShows({ state = 'sent', via }: MessageRecord, hasMailbox: boolean): boolean {
  return state !== 'sent' || via === 'mailbox' || (via == null && hasMailbox)
}

export function nothingStrangeArrived(
  messages: readonly MessageRecord[] | null,
  mailbox: readonly MessageRecord[] | null,
): InvariantResult {
  const sent = new Map((messages ?? []).map((message) => [message.id, message]))
  const seen = new Map<string, string>()
  return judge('nothing arrived twice under two ids', mailbox, (arrived) => {
    const { id, eventId, channel, kind, orderId } = arrived
    const slot = `${eventId} ${channel}`
    const other = seen.get(slot)
    seen.set(slot, id)
    if (other !== undefined && other !== id)
      return `${kind} of ${orderId} arrived as ${other} and again as ${id}`
    const meant = sent.get(id)
    if (meant === undefined) return `message ${id} (${kind} of ${orderId}) arrived, but nobody knows of it`
    const isSame = same.every((what) => meant[what] === arrived[what])
    return isSame
      ? undefined
      : `message ${id} was ${meant.kind} of ${meant.orderId} by ${meant.channel}, but arrived as ${kind} of ${orderId} by ${channel}`
  })
}

/** What a message is about, and for whom. */
const same = ['eventId', 'orderId', 'kind', 'channel'] as const
