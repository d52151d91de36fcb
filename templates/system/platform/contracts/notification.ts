// What notification offers: what it has to send, what it has sent, and what could not be sent.

import { Type } from '../src/schema.ts'
import { contract, ErrorBody, PageQuery } from '../src/contract.ts'

const Notification = Type.Object({
  /** Its place among all messages. */
  pos: Type.Integer(),
  /** The same for every attempt: whoever receives it can tell a repetition. */
  id: Type.String(),
  /** Of the event in order's feed. */
  eventId: Type.String(),
  orderId: Type.String(),
  kind: Type.Enum(['receipt', 'payment-delayed', 'order-cancelled']),
  channel: Type.Enum(['email', 'sms', 'push']),
  text: Type.String(),
  state: Type.Enum(['waiting', 'sent', 'dead']),
  attempts: Type.Integer(),
  /** Why the last attempt failed. */
  reason: Type.Union([Type.String(), Type.Null()]),
  /** How it was sent; what is in the mailbox, anybody can look at. */
  via: Type.Union([Type.Enum(['mailbox', 'smtp', 'webhook']), Type.Null()]),
  /** Epoch milliseconds, of the last change. */
  at: Type.Number(),
})

const messages = Type.Array(Notification)

/** Events of one type, and on which channels each of them is told. */
const News = Type.Object({
  /** `order.confirmed`, … */
  event: Type.String(),
  kind: Type.Enum(['receipt', 'payment-delayed', 'order-cancelled']),
  channels: Type.Array(Type.Enum(['email', 'sms', 'push'])),
})

export const notificationContract = contract({
  listNews: {
    method: 'GET',
    path: '/news',
    summary: 'Which events are news, and on which channels customers hear of them.',
    answers: { 200: Type.Object({ news: Type.Array(News) }), 400: ErrorBody },
  },
  listNotifications: {
    method: 'GET',
    path: '/notifications',
    summary: 'What is to be sent and what was, in order.',
    query: PageQuery,
    answers: {
      200: Type.Object({ notifications: messages, next: Type.Integer() }),
      400: ErrorBody,
    },
  },
  listDeadLetters: {
    method: 'GET',
    path: '/dead-letters',
    summary: 'What could not be sent.',
    query: PageQuery,
    answers: {
      200: Type.Object({ deadLetters: messages, next: Type.Integer() }),
      400: ErrorBody,
    },
  },
  replay: {
    method: 'POST',
    path: '/dead-letters/replay',
    summary: 'Dead letters are tried again: those, or all.',
    body: Type.Object({
      ids: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 1000 })),
    }),
    answers: { 200: Type.Object({ replayed: Type.Integer() }), 400: ErrorBody },
  },
})
