// The service templates that a name on the command line can mean.

export interface ServiceTemplate {
  name: string
  /** Below templates/. */
  folder: string
  /** One line for the prompt and the help. */
  about: string
  /** Services that its code calls, so they become edges wherever they exist. */
  calls: readonly string[]
  /** Services whose feed its code reads. */
  follows: readonly string[]
}

export const serviceTemplates: readonly ServiceTemplate[] = [
  {
    name: 'blank',
    folder: 'blank',
    about: 'one route, health, telemetry, drain: start here',
    calls: [],
    follows: [],
  },
  {
    name: 'gateway',
    folder: 'system/services/gateway',
    about: 'takes traffic from outside, checks tokens, calls order',
    calls: ['order'],
    follows: [],
  },
  {
    name: 'order',
    folder: 'system/services/order',
    about: 'durable orders with a feed; calls payment through a breaker',
    calls: ['payment'],
    follows: [],
  },
  {
    name: 'payment',
    folder: 'system/services/payment',
    about: 'charges, once per idempotency key',
    calls: [],
    follows: [],
  },
  {
    name: 'notification',
    folder: 'system/services/notification',
    about: "follows order's feed and records what it sent",
    calls: [],
    follows: ['order'],
  },
]

export const templateNames = serviceTemplates.map(({ name }) => name)

export const templateNamed = (name: string): ServiceTemplate | undefined =>
  serviceTemplates.find((template) => template.name === name)
