// Which events a customer hears of, and in which words.

export interface Message {
  kind: 'receipt' | 'payment-delayed' | 'order-cancelled'
  text: string
}

const messages: Record<string, Message> = {
  'order.confirmed': { kind: 'receipt', text: 'Thank you: your order is paid and on its way.' },
  'order.payment_pending': { kind: 'payment-delayed', text: 'We have your order. Payment follows shortly.' },
  'order.cancelled': {
    kind: 'order-cancelled',
    text: 'We could not charge your order, so it was cancelled.',
  },
}

/** `undefined` for an event that is nobody's news. */
export const messageFor = (eventType: string): Message | undefined => messages[eventType]
