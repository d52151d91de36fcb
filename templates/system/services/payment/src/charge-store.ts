// The charges, append-only. The unique key is what makes charging safe to repeat.

import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Commit } from '@system/platform'

export interface Charge {
  pos: number
  id: string
  key: string
  orderId: string
  amountCents: number
  /** Epoch milliseconds. */
  at: number
}

export type ChargeRequest = Pick<Charge, 'key' | 'orderId' | 'amountCents'>

export type ChargeResult =
  | { kind: 'charged'; charge: Charge }
  /** The key was used before, for the same charge. */
  | { kind: 'charged-before'; charge: Charge }
  /** The key was used before, for something else. */
  | { kind: 'key-reused' }

export interface ChargeStore {
  /** Resolves once the charge is on disk. */
  charge(request: ChargeRequest): Promise<ChargeResult>
  /** In the order in which they were made. */
  list(after: number, limit: number): Charge[]
}

export const schema = `
  create table if not exists charges (
    pos integer primary key autoincrement,
    id text not null unique,
    key text not null unique,
    order_id text not null,
    amount_cents integer not null,
    at integer not null
  ) strict;
  create trigger if not exists charges_are_final_u before update on charges
    begin select raise(abort, 'charges are append-only'); end;
  create trigger if not exists charges_are_final_d before delete on charges
    begin select raise(abort, 'charges are append-only'); end;
`

const columns = 'pos, id, key, order_id as orderId, amount_cents as amountCents, at'

export function createChargeStore(database: DatabaseSync, commit: Commit, clock: Clock): ChargeStore {
  const byKey = database.prepare(`select ${columns} from charges where key = ?`)
  const page = database.prepare(`select ${columns} from charges where pos > ? order by pos limit ?`)
  const insert = database.prepare(
    `insert into charges (id, key, order_id, amount_cents, at) values (?, ?, ?, ?, ?) returning ${columns}`,
  )

  return {
    charge: (request) => commit(() => chargeOnce(request)),
    list: (after, limit) => page.all(after, limit) as unknown as Charge[],
  }

  function chargeOnce({ key, orderId, amountCents }: ChargeRequest): ChargeResult {
    const before = byKey.get(key) as Charge | undefined
    if (before === undefined) {
      const charge = insert.get(randomUUID(), key, orderId, amountCents, clock.epochMs())
      return { kind: 'charged', charge: charge as unknown as Charge }
    }
    const isSame = before.orderId === orderId && before.amountCents === amountCents
    return isSame ? { kind: 'charged-before', charge: before } : { kind: 'key-reused' }
  }
}
