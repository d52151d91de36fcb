// What the proxy process of a fleet tells, one JSON object a line: kept where it is asked for later, and handed
// to whoever waits for it. Guests are those who set toxics or disable proxies through the API without the agent.

import { openNews, type News } from '../fleet/news.ts'
import type { Clock, Output } from '../ports.ts'
import type { ProxyMessage, ToxicStatus, Touched } from '../system/proxy-api.ts'

/** What a guest did to an edge. */
export type Guest = (
  | { kind: 'toxic'; toxic: Omit<ToxicStatus, 'touched'> }
  /** `expiresAt`: epoch ms */
  | { kind: 'disabled'; expiresAt: number }
) & {
  edge: string
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
  guests(): Guest[]
  /** What a toxic had touched when it bit; undefined: it has not. */
  touched(edge: string, toxic: string): Touched | undefined
  /** It is gone, and what it touched was told to who asked. */
  forget(edge: string, toxic: string): void
  /** The process ended, and what guests had set with it. */
  forgetGuests(): void
}

export interface ProxyNewsParts {
  clock: Pick<Clock, 'now'>
  onGuest(guest: Guest): void
  /** What is no message. */
  onOutput(lines: Output[]): void
}

export function proxyNews({ clock, onGuest, onOutput }: ProxyNewsParts): ProxyNews {
  const messages = openNews<ProxyMessage>()
  const guests = new Map<string, Guest>()
  const touched = new Map<string, Touched>()
  let api: string | null = null

  function keep(name: string, guest: Guest): void {
    guests.set(name, guest)
    onGuest(guest)
  }

  function hear({ stream, line }: Output): void {
    const message = stream === 'stdout' ? parse(line) : undefined
    if (message === undefined) return onOutput([{ stream, line }])
    switch (message.type) {
      case 'ready':
        api = message.api
        break
      case 'toxic.set': {
        const { proxy: edge, toxic } = message
        keep(key(edge, toxic.name), { kind: 'toxic', edge, toxic, setAt: clock.now(), bitAt: null })
        break
      }
      case 'proxy.disabled': {
        const { proxy: edge, expiresAt, cut } = message
        const setAt = clock.now()
        keep(edge, { kind: 'disabled', edge, expiresAt, setAt, bitAt: cut > 0 ? setAt : null })
        break
      }
      case 'proxy.enabled':
        guests.delete(message.proxy)
        break
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
