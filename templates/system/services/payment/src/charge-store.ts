// The charges and every state that each went through, append-only. The unique key is what makes charging
// safe to repeat.
//
//   requested ─▶ authorised ─▶ captured ─▶ refund_requested ─▶ refunded
//          └────────────┴──▶ declined                     └──▶ refund_refused
//
// `requested` and `refund_requested` are written before the provider is asked: whatever happens then, we
// know that we have asked.

import { orderedId, type Clock, type DurableStore } from '@system/platform'

export type ChargeState = OpenState | 'captured' | 'declined' | 'refunded' | 'refund_refused'

/** In which it is not known what the provider has done. */
export type OpenState = 'requested' | 'authorised' | 'refund_requested'

export interface Charge {
  pos: number
  id: string
  key: string
  orderId: string
  amountCents: number
  state: ChargeState
  /** The provider's own id for it, once it has told us. */
  providerId: string | null
  /** Epoch milliseconds of the request. */
  at: number
}

export type ChargeRequest = Pick<Charge, 'key' | 'orderId' | 'amountCents'>

/** The key was used before for something else, or this is the charge: a new one or the one of before. */
export type Requested = { kind: 'key-reused' } | { kind: 'charge'; charge: Charge }

export interface ChargeStore {
  /** Resolves once the request is on disk. */
  request(request: ChargeRequest): Promise<Requested>
  /** Resolves once the state is on disk; a charge that is already there or further stays as it is. */
  enter(id: string, state: ChargeState, providerId: string | null): Promise<Charge>
  find(id: string): Charge | undefined
  /**
   * In an open state since before that time, in the order of their positions, from behind `after`. What is open since
   * a time to come is as well: the clock has gone back, and would have to come there again.
   */
  unsettled(openBefore: number, after: number, limit: number): Charge[]
  /** How many those are. */
  unsettledCount(): number
  /** In the order in which they were asked for. */
  list(after: number, limit: number): Charge[]
}

// `insert or replace` removes a row without asking the triggers for that: hence those before an insert.
export const schema = `
  create table if not exists charges (
    pos integer primary key autoincrement,
    id text not null unique,
    key text not null unique,
    order_id text not null,
    amount_cents integer not null,
    at integer not null
  ) strict;
  create table if not exists charge_states (
    pos integer primary key autoincrement,
    charge_id text not null,
    state text not null,
    provider_id text,
    at integer not null,
    unique (charge_id, state)
  ) strict;
  create table if not exists unsettled (charge_id text primary key, at integer not null) strict, without rowid;
  create trigger if not exists charges_are_final_u before update on charges
    begin select raise(abort, 'charges are append-only'); end;
  create trigger if not exists charges_are_final_d before delete on charges
    begin select raise(abort, 'charges are append-only'); end;
  create trigger if not exists charges_are_final_i before insert on charges
    when exists (select 1 from charges where pos = new.pos or id = new.id or key = new.key)
    begin select raise(abort, 'charges are append-only'); end;
  create trigger if not exists charge_states_are_final_u before update on charge_states
    begin select raise(abort, 'charges are append-only'); end;
  create trigger if not exists charge_states_are_final_d before delete on charge_states
    begin select raise(abort, 'charges are append-only'); end;
  create trigger if not exists charge_states_are_final_i before insert on charge_states
    when exists (
      select 1 from charge_states where pos = new.pos or (charge_id = new.charge_id and state = new.state)
    )
    begin select raise(abort, 'charges are append-only'); end;
`

/** From which states each can be entered. What was given back past us may be news in any of them. */
const before: Record<ChargeState, ChargeState[]> = {
  requested: [],
  authorised: ['requested'],
  captured: ['requested', 'authorised'],
  declined: ['requested', 'authorised'],
  refund_requested: ['captured'],
  refunded: ['requested', 'authorised', 'captured', 'refund_requested'],
  refund_refused: ['refund_requested'],
}

const openStates: readonly ChargeState[] = ['requested', 'authorised', 'refund_requested']

export const isOpen = ({ state }: Pick<Charge, 'state'>): boolean => openStates.includes(state)

export function createChargeStore({ database, commit }: DurableStore, clock: Clock): ChargeStore {
  const columns = `c.pos, c.id, c.key, c.order_id as orderId, c.amount_cents as amountCents,
    s.state, s.provider_id as providerId, c.at`
  const withState = `from charges c join charge_states s on s.charge_id = c.id
    and s.pos = (select max(pos) from charge_states where charge_id = c.id)`
  const byKey = database.prepare(`select ${columns} ${withState} where c.key = ?`)
  const byId = database.prepare(`select ${columns} ${withState} where c.id = ?`)
  const page = database.prepare(`select ${columns} ${withState} where c.pos > ? order by c.pos limit ?`)
  const countOpen = database.prepare('select count(*) as count from unsettled')
  const open = database.prepare(
    `select ${columns} ${withState} join unsettled u on u.charge_id = c.id
      where (u.at < ? or u.at > ?) and c.pos > ? order by c.pos limit ?`,
  )
  const insert = database.prepare(
    'insert into charges (id, key, order_id, amount_cents, at) values (?, ?, ?, ?, ?)',
  )
  const insertState = database.prepare(
    'insert into charge_states (charge_id, state, provider_id, at) values (?, ?, ?, ?)',
  )
  const insertOpen = database.prepare('insert or ignore into unsettled values (?, ?)')
  const deleteOpen = database.prepare('delete from unsettled where charge_id = ?')

  return {
    request: (request) => commit(() => requestOnce(request)),
    enter: (id, state, providerId) => commit(() => enterOnce(id, state, providerId)),
    find,
    unsettled: (openBefore, after, limit) =>
      open.all(openBefore, clock.epochMs(), after, limit) as unknown as Charge[],
    unsettledCount: () => (countOpen.get() as { count: number }).count,
    list: (after, limit) => page.all(after, limit) as unknown as Charge[],
  }

  function find(id: string): Charge | undefined {
    return byId.get(id) as Charge | undefined
  }

  function existing(id: string): Charge {
    const charge = find(id)
    if (charge === undefined) throw new Error(`there is no charge ${id}`)
    return charge
  }

  function requestOnce({ key, orderId, amountCents }: ChargeRequest): Requested {
    const known = byKey.get(key) as Charge | undefined
    if (known !== undefined) {
      const isSame = known.orderId === orderId && known.amountCents === amountCents
      return isSame ? { kind: 'charge', charge: known } : { kind: 'key-reused' }
    }
    const at = clock.epochMs()
    const id = orderedId(at)
    insert.run(id, key, orderId, amountCents, at)
    insertState.run(id, 'requested', null, at)
    insertOpen.run(id, at)
    return { kind: 'charge', charge: existing(id) }
  }

  function enterOnce(id: string, state: ChargeState, providerId: string | null): Charge {
    const charge = existing(id)
    if (!before[state].includes(charge.state)) return charge
    const at = clock.epochMs()
    insertState.run(id, state, providerId, at)
    if (isOpen({ state })) insertOpen.run(id, at)
    else deleteOpen.run(id)
    return existing(id)
  }
}
