// Notification: follows order's feed and tells customers what became of their orders, by mail, SMS and push.

import { join } from 'node:path'
import { outboxNames, type ServiceDefinition } from '@system/platform'
import { Type } from '@system/platform/schema'
import type { Channel } from './channel.ts'
import { startDelivery } from './deliver.ts'
import { followOrders } from './follow-orders.ts'
import { openMailbox } from './mailbox.ts'
import type { ChannelName } from './message.ts'
import { createNotificationStore, schema } from './notification-store.ts'
import { addRoutes } from './routes.ts'
import { openSmtp } from './smtp.ts'
import { openWebhook } from './webhook.ts'

const address = () => Type.Optional(Type.String({ pattern: '^https?://' }))

const settings = {
  POLL_MS: Type.Integer({ minimum: 10, maximum: 60_000, default: 50 }),
  MAX_ATTEMPTS: Type.Integer({ minimum: 1, maximum: 100, default: 8 }),
  SEND_TIMEOUT_MS: Type.Integer({ minimum: 10, maximum: 600_000, default: 10_000 }),
  RETRY_BASE_MS: Type.Integer({ minimum: 1, maximum: 60_000, default: 500 }),
  /** Without an address, a channel writes to DATA_DIR/mailbox. */
  SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://' })),
  SMS_URL: address(),
  PUSH_URL: address(),
  MAIL_FROM: Type.String({ default: 'shop@localhost.localdomain' }),
}

/** Orders have no customer yet: look the address up here when they do. */
const addressOf = (orderId: string): string => `customer-of-${orderId}@localhost.localdomain`

export const service: ServiceDefinition<typeof settings, 'order'> = {
  settings,
  // An answer of the feed may wait for a second, which is neither slow nor late. No retries: it asks again anyway.
  callees: { order: { attemptTimeoutMs: 4000, deadlineMs: 5000, retry: { retries: 0 } } },
  async build({ app, config, log, clock, callee, openStore, gauge, onClose }) {
    const store = createNotificationStore(openStore('notification', schema), clock)
    gauge(outboxNames.checkpoint, store.checkpoint)
    gauge(outboxNames.pending, () => store.count('waiting'))
    gauge(outboxNames.deadLetters, () => store.count('dead'))
    const mailbox = (name: ChannelName): Channel =>
      openMailbox(join(config.DATA_DIR, 'mailbox', `${name}.ndjson`))
    const { SMTP_URL, SMS_URL, PUSH_URL, MAIL_FROM: from, SEND_TIMEOUT_MS: timeoutMs } = config
    const channels: Record<ChannelName, Channel> = {
      email:
        SMTP_URL === undefined
          ? mailbox('email')
          : await openSmtp({ url: SMTP_URL, from, addressOf, timeoutMs }),
      sms: SMS_URL === undefined ? mailbox('sms') : await openWebhook(SMS_URL),
      push: PUSH_URL === undefined ? mailbox('push') : await openWebhook(PUSH_URL),
    }
    const deliveries = Object.entries(channels).map(([name, channel]) =>
      startDelivery({
        name: name as ChannelName,
        channel,
        store,
        log,
        random: Math.random,
        maxAttempts: config.MAX_ATTEMPTS,
        sendTimeoutMs: timeoutMs,
        retryBaseMs: config.RETRY_BASE_MS,
      }),
    )
    const wake = (): void => deliveries.forEach((delivery) => delivery.wake())
    onClose(async () => void (await Promise.all(deliveries.map((delivery) => delivery.stop()))))

    const order = callee('order')
    const follower = followOrders({ order, store, log, pollMs: config.POLL_MS, onRecorded: wake })
    onClose(() => follower.stop())
    addRoutes(app, { store, onReplayed: wake })
  },
}
