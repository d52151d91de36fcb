// Which events a customer hears of, in which words, and on which channels.

export type ChannelName = 'email' | 'sms' | 'push'

export interface News {
  kind: 'receipt' | 'payment-delayed' | 'order-cancelled'
  text: string
  channels: ChannelName[]
}

/** One message on one channel. */
export interface Message {
  /** The same for every attempt, also after a crash: whoever receives it can tell a repetition. */
  id: string
  /** Of the feed's event. */
  eventId: string
  orderId: string
  kind: News['kind']
  channel: ChannelName
  text: string
}

const news: Record<string, News> = {
  'order.confirmed': {
    kind: 'receipt',
    text: 'Thank you: your order is paid and on its way.',
    channels: ['email', 'push'],
  },
  'order.payment_pending': {
    kind: 'payment-delayed',
    text: 'We have your order. Payment follows shortly.',
    channels: ['email'],
  },
  'order.cancelled': {
    kind: 'order-cancelled',
    text: 'We could not charge your order, so it was cancelled.',
    channels: ['email', 'sms'],
  },
}

/** For who checks that everybody was told on every channel. */
export const toldEvents = Object.entries(news).map(([event, { kind, channels }]) => ({
  event,
  kind,
  channels,
}))

/** None for an event that is nobody's news. */
export function messagesFor(event: { id: string; orderId: string; type: string }): Message[] {
  const found = news[event.type]
  if (found === undefined) return []
  const { kind, text, channels } = found
  const { id: eventId, orderId } = event
  return channels.map((channel) => ({ id: `${eventId}:${channel}`, eventId, orderId, kind, channel, text }))
}
