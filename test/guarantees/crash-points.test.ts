// A service is killed at each step of its work, one after the other: whatever it was about to write or to say, the
// order ends, is paid once or not at all, and its customer hears of it once. Judged as `msvc verify` judges.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crashCases, type CrashCase, type Story } from './crash-points.ts'
import { runCrashSystem, type CrashSystem } from './crash-system.ts'

let system: CrashSystem

beforeAll(async () => {
  system = await runCrashSystem()
}, 120_000)

afterAll(() => system[Symbol.asyncDispose]())

const moods: Record<Story, object> = {
  paid: {},
  delayed: { delayMs: 700 },
  declined: { declineShare: 1 },
  voided: { refusedCaptureShare: 1 },
  refunded: {},
}

const behave = (mood: object) =>
  fetch(`${system.urlOf('provider')}/sandbox`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(mood),
  })

/** Whoever is killed meanwhile: payment has promised it, or it was not asked for. */
async function giveBack(): Promise<void> {
  const charges = `${system.urlOf('payment')}/charges`
  const { charges: all } = (await (await fetch(`${charges}?limit=1000`)).json()) as {
    charges: { id: string; state: string }[]
  }
  const { id } = all.findLast(({ state }) => state === 'captured')!
  await fetch(`${charges}/${id}/refund`, { method: 'POST' }).catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error
  })
}

const table = crashCases.map((one): [name: string, one: CrashCase] => {
  const { service, point, story } = one
  return [`${service} dies ${point.when} the ${point.what} of ${point.of}, when the order is ${story}`, one]
})

test.each(table)('%s', { tags: ['slow'] }, async (_, { service, point, story }) => {
  if (story === 'refunded') {
    await system.place(randomUUID())
    expect(await system.faults()).toEqual([])
  }
  await behave(moods[story])
  const act = story === 'refunded' ? giveBack : () => system.place(randomUUID())
  await Promise.all([system.crash(service, point), act()])
  await behave({})
  expect(await system.faults()).toEqual([])
})
