// What a proxy process tells beyond Toxiproxy's API; shared by the proxy, its views and the agent.

type Direction = 'upstream' | 'downstream'

/** `GET /msvc/status` answers `{proxies: ProxyStatus[]}`, by name. */
export interface ProxyStatus {
  /** `order:payment` for an edge of a fleet. */
  name: string
  /** As resolved while it is enabled. */
  listen: string
  upstream: string
  enabled: boolean
  /** Bytes read from the side that sends. */
  received: Record<Direction, number>
  /** Bytes written to the other side. */
  sent: Record<Direction, number>
  connections: { open: number; total: number }
  toxics: ToxicStatus[]
}

/** Evidence that a toxic bit. */
export interface Touched {
  bytes: number
  /** Requests broken, connections closed or reset. */
  events: number
  connections: number
}

export interface ToxicStatus {
  name: string
  type: string
  stream: Direction
  /** Share of connections that have it. */
  toxicity: number
  attributes: Readonly<Record<string, number | string | boolean>>
  /** Epoch ms; null: it stays until it is removed. */
  expiresAt: number | null
  /** `firstAt`: epoch ms; null: it did not bite so far. */
  touched: Touched & { firstAt: number | null }
}

/** `msvc chaos proxy`, once it listens. */
export interface ProxyRunning {
  /** host:port */
  api: string
  proxies: { name: string; listen: string; upstream: string }[]
  isCompat: boolean
}

/** What it did, once it is closed. */
export interface ProxySummary {
  proxies: { name: string; listen: string; upstream: string; connections: number; bytes: number }[]
}

/** What the proxy process of a fleet writes, one a line. */
export type ProxyMessage =
  | {
      type: 'ready'
      /** host:port of the API for guests. */
      api: string | null
      proxies: { name: string; listen: string; upstream: string }[]
    }
  /** Set or changed by somebody else than the owner. */
  | { type: 'toxic.set'; proxy: string; toxic: Omit<ToxicStatus, 'touched'> }
  /** By somebody else than the owner, until then (epoch ms) at the latest; with how many connections were cut. */
  | { type: 'proxy.disabled'; proxy: string; expiresAt: number; cut: number }
  /** After `proxy.disabled`, whoever asked for it, or because its time was over. */
  | { type: 'proxy.enabled'; proxy: string }
  /** It touched something for the first time. `at`: epoch ms */
  | { type: 'toxic.bit'; proxy: string; toxic: string; at: number; bytes: number; events: number }
  | {
      type: 'toxic.removed'
      proxy: string
      toxic: string
      /** By a request, or because its lease was over. */
      why: 'asked' | 'lease'
      touched: Touched & { firstAt?: number | undefined }
    }
