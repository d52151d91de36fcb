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
  /** Services whose code its tests run, so that it cannot be without them. */
  testedWith?: readonly string[]
  /** A GET that it answers as generated, without a token: what a system of one is loaded with. */
  route: string
}

export const serviceTemplates: readonly ServiceTemplate[] = [
  {
    name: 'blank',
    folder: 'blank',
    about: 'one route, health, telemetry, drain: start here',
    calls: [],
    follows: [],
    route: '/hello',
  },
  {
    name: 'gateway',
    folder: 'system/services/gateway',
    about: 'takes traffic from outside, checks tokens, calls order',
    calls: ['order'],
    follows: [],
    route: '/readyz',
  },
  {
    name: 'order',
    folder: 'system/services/order',
    about: 'durable orders with a feed; calls payment through a breaker',
    calls: ['payment'],
    follows: [],
    route: '/readyz',
  },
  {
    name: 'payment',
    folder: 'system/services/payment',
    about: 'charges, once per idempotency key',
    calls: ['provider'],
    follows: [],
    testedWith: ['provider'],
    route: '/readyz',
  },
  {
    name: 'notification',
    folder: 'system/services/notification',
    about: "follows order's feed and records what it sent",
    calls: [],
    follows: ['order'],
    route: '/readyz',
  },
  {
    name: 'provider',
    folder: 'system/services/provider',
    about: 'a sandbox in place of the company that moves the money',
    calls: [],
    follows: [],
    route: '/readyz',
  },
]

export const templateNames = serviceTemplates.map(({ name }) => name)

export const templateNamed = (name: string): ServiceTemplate | undefined =>
  serviceTemplates.find((template) => template.name === name)
