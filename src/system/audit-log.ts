// The format of a service's audit log: what its events table holds, and what is anchored outside of it.

/** One row of the events table, as it stands there. */
export interface AuditRow {
  pos: number
  id: string
  stream: string
  version: number
  type: string
  /** JSON, as text: the hash is over these very characters. */
  data: string
  at: number
  prev: string
  hash: string
}

export interface Anchor {
  at: number
  pos: number
  hash: string
}
