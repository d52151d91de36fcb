// Somebody at the desk who gives money back while orders come in, and asks once only: a refund whose answer is
// lost is for payment to settle.

import { setTimeout as sleep } from 'node:timers/promises'

export interface RefundsClient {
  /** Refunds that payment has promised: made, or written down to be made. */
  promised: number
  /** Gives back every seventh charge, until the signal aborts. */
  run(url: string, signal: AbortSignal): Promise<void>
}

interface Charge {
  pos: number
  id: string
  state: string
}

const oneIn = 7
const pauseMs = 50
const withinMs = 5000

export function createRefundsClient(): RefundsClient {
  let after = 0
  const client: RefundsClient = {
    promised: 0,
    async run(url, signal) {
      while (!signal.aborted) {
        await Promise.all((await newCharges(url)).filter(isChosen).map(({ id }) => refund(url, id)))
        await sleep(pauseMs)
      }
    },
  }
  return client

  async function newCharges(url: string): Promise<Charge[]> {
    try {
      const answer = await fetch(`${url}/charges?after=${after}`, { signal: AbortSignal.timeout(withinMs) })
      const { charges, next } = (await answer.json()) as { charges: Charge[]; next: number }
      after = next
      return charges
    } catch (error) {
      return unlessKilled(error, [])
    }
  }

  async function refund(url: string, id: string): Promise<void> {
    try {
      const signal = AbortSignal.timeout(withinMs)
      const { status } = await fetch(`${url}/charges/${id}/refund`, { method: 'POST', signal })
      if (status === 200 || status === 202) client.promised++
    } catch (error) {
      unlessKilled(error, undefined)
    }
  }
}

const isChosen = ({ pos, state }: Charge): boolean => pos % oneIn === 0 && state === 'captured'

/** Refused, reset, half an answer, or none in time. */
function unlessKilled<T>(error: unknown, value: T): T {
  if (error instanceof TypeError || error instanceof SyntaxError) return value
  if (error instanceof DOMException && error.name === 'TimeoutError') return value
  throw error
}
