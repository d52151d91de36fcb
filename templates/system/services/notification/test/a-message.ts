import type { Message } from '../src/message.ts'

export const message = (id: string): Message => ({
  id,
  eventId: 'e1',
  orderId: 'o1',
  kind: 'receipt',
  channel: 'email',
  text: 'Thank you.',
})
