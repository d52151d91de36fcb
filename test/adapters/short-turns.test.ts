import { expect, test } from 'vitest'
import { shortTurns } from '../../src/adapters/short-turns.ts'

const busyFor = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('does what it is asked for in order, with the event loop in between when it takes long', async () => {
  const soon = shortTurns(2)
  const seen: string[] = []
  const over = new Promise<void>((resolve) => {
    for (let index = 1; index <= 6; index++) {
      soon(() => {
        seen.push(`${index}`)
        busyFor(3)
        if (index === 1) setImmediate(() => seen.push('another'))
        if (index === 6) resolve()
      })
    }
  })
  await over
  expect(seen.filter((one) => one !== 'another')).toEqual(['1', '2', '3', '4', '5', '6'])
  expect(seen.indexOf('another')).toBeLessThan(3)
})

test('what asks anew waits for its next turn', async () => {
  const soon = shortTurns(1000)
  const seen: string[] = []
  await new Promise<void>((resolve) => {
    const again = (): void => {
      seen.push('again')
      if (seen.length < 6) soon(again)
      else resolve()
    }
    soon(again)
    setImmediate(() => seen.push('another'))
  })
  expect(seen.indexOf('another')).toBeLessThan(3)
})

test('what is taken back is not done', async () => {
  const soon = shortTurns(2)
  const seen: string[] = []
  await new Promise<void>((resolve) => {
    const takeBack = soon(() => seen.push('taken back'))
    soon(() => seen.push('done'))
    soon(resolve)
    takeBack()
  })
  expect(seen).toEqual(['done'])
})
