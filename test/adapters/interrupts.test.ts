import { expect, test, vi } from 'vitest'
import { takeInterrupts } from '../../src/adapters/interrupts.ts'

test('one Ctrl-C that arrives twice is one', () => {
  using ctrlC = takeInterrupts()
  process.emit('SIGINT', 'SIGINT')
  process.emit('SIGINT', 'SIGINT')
  expect(ctrlC.first.aborted).toBe(true)
  expect(ctrlC.second.aborted).toBe(false)
})

test('a later one is the second, and so is another signal at once', async () => {
  using again = takeInterrupts()
  process.emit('SIGINT', 'SIGINT')
  await vi.waitUntil(() => {
    process.emit('SIGINT', 'SIGINT')
    return again.second.aborted
  })
  using other = takeInterrupts()
  process.emit('SIGINT', 'SIGINT')
  process.emit('SIGTERM', 'SIGTERM')
  expect(other.second.aborted).toBe(true)
})
