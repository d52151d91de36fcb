// The books of the sandbox provider: every payment, and every order that it was given, by key.
//
//   authorised ─▶ captured ─▶ refunded          declined (from the start)
//            └──▶ voided
//
// The key of an order and its answer are stored in the same transaction as what it did, so that the same
// order given again is answered again and not done again.

import { orderedId, type Clock, type DurableStore } from '@system/platform'

export type PaymentState = 'authorised' | 'captured' | 'refunded' | 'voided' | 'declined'

export interface Payment {
  pos: number
  id: string
  /** The shop's own name for it. */
  reference: string
  amountCents: number
  state: PaymentState
  /** Epoch milliseconds. */
  at: number
}

export type LedgerResult =
  | { kind: 'done'; payment: Payment }
  | { kind: 'unknown' }
  /** The payment is in a state that does not allow it. */
  | { kind: 'not-allowed'; state: PaymentState }
  /** Though its state would allow it. */
  | { kind: 'refused' }
  /** The key was used for something else. */
  | { kind: 'key-reused' }

export type Authorised = Extract<LedgerResult, { kind: 'done' } | { kind: 'key-reused' }>

export type Move = 'capture' | 'refund' | 'void'

export interface Ledger {
  authorise(
    key: string,
    request: Pick<Payment, 'reference' | 'amountCents'>,
    isDeclined: () => boolean,
  ): Promise<Authorised>
  move(key: string, id: string, move: Move, isRefused: () => boolean): Promise<LedgerResult>
  findByKey(key: string): Payment | undefined
  list(after: number, limit: number): Payment[]
}

export const schema = `
  create table if not exists payments (
    pos integer primary key autoincrement,
    id text not null unique,
    reference text not null,
    amount_cents integer not null,
    state text not null,
    at integer not null
  ) strict;
  create table if not exists orders (
    key text primary key, move text not null, payment_id text not null
  ) strict, without rowid;
`

const moves: Record<Move, { from: PaymentState; to: PaymentState }> = {
  capture: { from: 'authorised', to: 'captured' },
  refund: { from: 'captured', to: 'refunded' },
  void: { from: 'authorised', to: 'voided' },
}

export function createLedger({ database, commit }: DurableStore, clock: Clock): Ledger {
  const columns = 'pos, id, reference, amount_cents as amountCents, state, at'
  const byId = database.prepare(`select ${columns} from payments where id = ?`)
  const page = database.prepare(`select ${columns} from payments where pos > ? order by pos limit ?`)
  const insert = database.prepare(
    'insert into payments (id, reference, amount_cents, state, at) values (?, ?, ?, ?, ?)',
  )
  const setState = database.prepare('update payments set state = ? where id = ?')
  const orderOf = database.prepare('select move, payment_id as id from orders where key = ?')
  const insertOrder = database.prepare('insert into orders (key, move, payment_id) values (?, ?, ?)')

  return {
    authorise: (key, request, isDeclined) =>
      commit((): Authorised => {
        const before = orderOf.get(key) as { move: string; id: string } | undefined
        if (before !== undefined) {
          const payment = find(before.id)
          const isSame =
            before.move === 'authorise' &&
            payment?.reference === request.reference &&
            payment.amountCents === request.amountCents
          return isSame ? { kind: 'done', payment } : { kind: 'key-reused' }
        }
        const at = clock.epochMs()
        const id = orderedId(at)
        const state = isDeclined() ? 'declined' : 'authorised'
        insert.run(id, request.reference, request.amountCents, state, at)
        insertOrder.run(key, 'authorise', id)
        return { kind: 'done', payment: existing(id) }
      }),

    move: (key, id, move, isRefused) =>
      commit((): LedgerResult => {
        const before = orderOf.get(key) as { move: string; id: string } | undefined
        if (before !== undefined) {
          const isSame = before.move === move && before.id === id
          return isSame ? { kind: 'done', payment: existing(id) } : { kind: 'key-reused' }
        }
        const payment = find(id)
        if (payment === undefined) return { kind: 'unknown' }
        const { from, to } = moves[move]
        if (payment.state !== from) return { kind: 'not-allowed', state: payment.state }
        if (isRefused()) return { kind: 'refused' }
        setState.run(to, id)
        insertOrder.run(key, move, id)
        return { kind: 'done', payment: existing(id) }
      }),

    findByKey(key) {
      const order = orderOf.get(key) as { id: string } | undefined
      return order && find(order.id)
    },
    list: (after, limit) => page.all(after, limit) as unknown as Payment[],
  }

  function find(id: string): Payment | undefined {
    return byId.get(id) as Payment | undefined
  }

  function existing(id: string): Payment {
    const payment = find(id)
    if (payment === undefined) throw new Error(`payment ${id} is named by an order but not in the books`)
    return payment
  }
}
