// Mail by SMTP: at least once. A crash between the server's "250" and our own record sends the mail again,
// with the same Message-ID, by which most mail programs show it once.

import type { Channel } from './channel.ts'
import { MessageRefused } from './channel.ts'

export interface SmtpOptions {
  /** `smtps://user:password@mail.example.com` */
  url: string
  from: string
  /** Where the customer of an order reads mail. */
  addressOf: (orderId: string) => string
  timeoutMs: number
}

/** nodemailer is loaded only here, so that who needs no mail does not pay for it. */
export async function openSmtp({ url, from, addressOf, timeoutMs }: SmtpOptions): Promise<Channel> {
  const { createTransport } = await import('nodemailer')
  const times = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs }
  const transport = createTransport({ url, pool: true, maxConnections: 4, ...times })
  const domain = from.slice(from.indexOf('@') + 1).replace('>', '')

  return {
    via: 'smtp',
    async send({ id, orderId, kind, text }) {
      const messageId = `<${id.replace(':', '.')}@${domain}>`
      const subject = `${subjects[kind]} (${orderId})`
      try {
        await transport.sendMail({ from, to: addressOf(orderId), subject, text, messageId })
      } catch (error) {
        // 5xx: the server will say the same tomorrow.
        const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0
        if (code >= 500 && code < 600)
          throw new MessageRefused(`the mail server answered ${code}`, { cause: error })
        throw error
      }
    },
    close: () => Promise.resolve(transport.close()),
  }
}

const subjects = {
  receipt: 'Your order is confirmed',
  'payment-delayed': 'Your order: payment follows',
  'order-cancelled': 'Your order was cancelled',
}
