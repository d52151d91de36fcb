// Brings a charge to its end with the provider: authorise, write down, capture, write down. And, once that
// is asked for, a refund to its own.
//
// Each step can be lost halfway: the provider has done it and we have not heard, or have died before we
// wrote it down. The way on is the same for all: ask under the same key, which is answered and not done
// again. A refusal is no loss: it ends the charge, once the books say that nothing was done under its key, or
// once what was reserved under it is given up.
// One charge is driven by one caller at a time; whoever comes meanwhile gets the same answer.

import type { Charge, ChargeStore } from './charge-store.ts'
import type { Provider, ProviderPayment, ProviderResult } from './provider.ts'

export interface SettleOptions {
  store: ChargeStore
  provider: Provider
}

/** `inBooks` is what the provider has said of the charge, when it was asked before. */
export type Settle = (charge: Charge, inBooks?: ProviderPayment) => Promise<Charge>

/** Resolves with the charge as far as it came; rejects with StorageUnavailable. */
export function createSettle({ store, provider }: SettleOptions): Settle {
  const underWay = new Map<string, Promise<Charge>>()

  return (charge, inBooks) => {
    const running = underWay.get(charge.id)
    if (running !== undefined) return running
    const started = driveFrom(charge, inBooks).finally(() => underWay.delete(charge.id))
    underWay.set(charge.id, started)
    return started
  }

  /** What the books have is written down first: a provider whose answers are all late is not asked for it again. */
  async function driveFrom(charge: Charge, inBooks: ProviderPayment | undefined): Promise<Charge> {
    const isTold = inBooks !== undefined && isOf(charge, inBooks)
    return drive(isTold ? await written(charge, { kind: 'done', payment: inBooks }) : charge)
  }

  async function drive(charge: Charge): Promise<Charge> {
    if (charge.state === 'refund_requested') return giveBack(charge)
    const authorised = charge.state === 'requested' ? await authorise(charge) : charge
    return authorised.state === 'authorised' ? capture(authorised) : authorised
  }

  async function authorise(charge: Charge): Promise<Charge> {
    const { orderId: reference, amountCents } = charge
    return written(charge, await provider.authorise(charge.key, { reference, amountCents }))
  }

  async function capture(charge: Charge): Promise<Charge> {
    const result = await provider.capture(captureKey(charge), charge.providerId ?? '')
    if (result.kind !== 'refused') return written(charge, result)
    const inBooks = await provider.find(charge.key)
    const isHeld = inBooks.kind === 'done' && inBooks.payment.state === 'authorised'
    if (!isHeld || !isOf(charge, inBooks.payment)) return asInBooks(charge, inBooks)
    // The provider does one of the two: where a capture came before, this is refused and the books tell.
    return written(charge, await provider.void(voidKey(charge), inBooks.payment.id))
  }

  async function giveBack(charge: Charge): Promise<Charge> {
    const result = await provider.refund(refundKey(charge), charge.providerId ?? '')
    // Perhaps because it was given back by other means, which the books tell.
    const isRefused = result.kind === 'refused'
    const told = isRefused ? await provider.find(charge.key) : result
    if (told.kind !== 'done') return charge
    if (told.payment.state === 'refunded') return store.enter(charge.id, 'refunded', charge.providerId)
    return isRefused ? store.enter(charge.id, 'refund_refused', charge.providerId) : charge
  }

  /** As the provider has it; unchanged when it did not tell. */
  async function written(charge: Charge, result: ProviderResult): Promise<Charge> {
    if (result.kind === 'refused') return afterRefusal(charge)
    if (result.kind !== 'done') return charge
    const { id, state } = result.payment
    return store.enter(charge.id, state === 'voided' ? 'declined' : state, id)
  }

  async function afterRefusal(charge: Charge): Promise<Charge> {
    return asInBooks(charge, await provider.find(charge.key))
  }

  /** Refused for good: what the books have of it stands; where they have nothing, it will never be charged. */
  async function asInBooks(charge: Charge, inBooks: ProviderResult): Promise<Charge> {
    if (inBooks.kind === 'done' && inBooks.payment.reference === charge.orderId) {
      // Another amount under our key is for people to look into: neither is it this charge, nor is it nothing.
      return isOf(charge, inBooks.payment) ? written(charge, inBooks) : charge
    }
    const hasNothing = inBooks.kind === 'done' || inBooks.kind === 'not-found'
    const isAsked = charge.state === 'requested'
    return hasNothing && isAsked ? store.enter(charge.id, 'declined', null) : charge
  }
}

const isOf = ({ orderId, amountCents }: Charge, payment: ProviderPayment): boolean =>
  payment.reference === orderId && payment.amountCents === amountCents

/** Under which the provider knows what is under way, if it has heard of it. */
export const keyUnderWay = (charge: Charge): string =>
  charge.state === 'refund_requested' ? refundKey(charge) : charge.key

const captureKey = ({ key }: Charge): string => `${key}:capture`

const voidKey = ({ key }: Charge): string => `${key}:void`

const refundKey = ({ key }: Charge): string => `${key}:refund`
