import { expect, test } from 'vitest'
import { untilSettled } from '../../src/runtime/until-settled.ts'
import { fakeClock } from '../fixtures/fake-clock.ts'

/** What is left at each look, one a second; the last stays. undefined: it cannot be seen. */
async function settling(lefts: readonly (number | undefined)[], withinMs = 5000) {
  const clock = fakeClock()
  let looks = 0
  const lasts: boolean[] = []
  const settled = untilSettled({
    withinMs,
    everyMs: 1000,
    clock,
    look: (isLast) => {
      lasts.push(isLast)
      const left = lefts[Math.min(looks++, lefts.length - 1)]
      return Promise.resolve(left === undefined ? undefined : { left, found: `${left} left` })
    },
  })
  await clock.advance(60_000)
  return { ...(await settled), looks, lasts }
}

test('what is settled is not waited for', async () => {
  expect(await settling([0])).toMatchObject({ found: '0 left', waitedMs: 0, looks: 1 })
})

test('what gets less is waited for, however long it takes', async () => {
  const slowly = Array.from({ length: 13 }, (_, look) => 12 - look)
  expect(await settling(slowly, 2000)).toMatchObject({ left: 0, waitedMs: 12_000 })
})

test('what does not move is given up once the time is over', async () => {
  expect(await settling([3])).toMatchObject({ left: 3, waitedMs: 5000, looks: 6 })
})

test('the time counts from the last that settled', async () => {
  expect(await settling([9, 9, 9, 4])).toMatchObject({ left: 4, waitedMs: 8000 })
})

test('what goes up and down does not settle', async () => {
  expect(await settling([4, 6, 4, 7, 4, 6, 4, 5, 4, 6])).toMatchObject({ waitedMs: 5000 })
})

test('what cannot be seen is asked for again, and the last look is told that it is the last', async () => {
  const { looks, lasts, left } = await settling([undefined, undefined, 2])
  expect(left).toBe(2)
  expect(lasts).toEqual([...Array.from({ length: looks - 1 }, () => false), true])
})

test('the last look that still finds progress is not the last', async () => {
  expect(await settling([5, 5, 5, 5, 5, 3, 3, 0])).toMatchObject({ left: 0, waitedMs: 7000 })
})
