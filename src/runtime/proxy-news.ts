// What the proxy process of a fleet tells, one JSON object a line: kept where it is asked for later, and handed
// to whoever waits for it. Guests are those who set toxics through the API without the agent.

import { openNews, type News } from '../fleet/news.ts'
import type { Clock, Output } from '../ports.ts'
import type { ProxyMessage, ToxicStatus, Touched } from '../system/proxy-api.ts'

export interface GuestToxic {
  edge: string
  toxic: Omit<ToxicStatus, 'touched'>
  /** Epoch ms. */
  setAt: number
  /** Epoch ms; null: it touched nothing so far. */
  bitAt: number | null
}

export interface ProxyNews {
  hear(line: Output): void
  heard: News<ProxyMessage>['heard']
  /** host:port of the API for guests. */
  api(): string | null
  guests(): GuestToxic[]
  /** What a toxic had touched when it bit; undefined: it has not. */
  touched(edge: string, toxic: string): Touched | undefined
  /** It is gone, and what it touched was told to who asked. */
  forget(edge: string, toxic: string): void
  /** The process ended, and what guests had set with it. */
  forgetGuests(): void
}

export interface ProxyNewsParts {
  clock: Pick<Clock, 'now'>
  onGuest(guest: GuestToxic): void
  /** What is no message. */
  onOutput(lines: Output[]): void
}

export function proxyNews({ clock, onGuest, onOutput }: ProxyNewsParts): ProxyNews {
  const messages = openNews<ProxyMessage>()
  const guests = new Map<string, GuestToxic>()
  const touched = new Map<string, Touched>()
  let api: string | null = null

  function hear({ stream, line }: Output): void {
    const message = stream === 'stdout' ? parse(line) : undefined
    if (message === undefined) return onOutput([{ stream, line }])
    switch (message.type) {
      case 'ready':
        api = message.api
        break
      case 'toxic.set': {
        const guest = { edge: message.proxy, toxic: message.toxic, setAt: clock.now(), bitAt: null }
        guests.set(key(message.proxy, message.toxic.name), guest)
        onGuest(guest)
        break
      }
      case 'toxic.bit': {
        const name = key(message.proxy, message.toxic)
        touched.set(name, { bytes: message.bytes, events: message.events, connections: 1 })
        const guest = guests.get(name)
        if (guest !== undefined) guests.set(name, { ...guest, bitAt: message.at })
        break
      }
      case 'toxic.removed':
        guests.delete(key(message.proxy, message.toxic))
        break
    }
    messages.tell(message)
  }

  return {
    hear,
    heard: messages.heard,
    api: () => api,
    guests: () => [...guests.values()],
    touched: (edge, toxic) => touched.get(key(edge, toxic)),
    forget: (edge, toxic) => void touched.delete(key(edge, toxic)),
    forgetGuests: () => guests.clear(),
  }
}

const key = (edge: string, toxic: string): string => `${edge}\n${toxic}`

function parse(line: string): ProxyMessage | undefined {
  try {
    return JSON.parse(line) as ProxyMessage
  } catch {
    return undefined // a word of Node's own, for the log
  }
}
