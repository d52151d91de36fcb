// The port behind which mail, SMS and push stand.

import type { Message } from './message.ts'

export interface Channel {
  /** Recorded with each message that was sent: what is in the mailbox, anybody can look at. */
  via: 'mailbox' | 'smtp' | 'webhook'
  /** Resolves when the message is out of our hands for good. What it rejects with is tried again … */
  send(message: Message, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** … but not this: the other side has understood, and will never take it. */
export class MessageRefused extends Error {}
