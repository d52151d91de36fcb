import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '../src/logger.ts'
import { eventually } from '../src/testing.ts'
import { trimHeapOnceIdle } from '../src/trim-heap.ts'
import { start } from './fixtures/start.ts'

test('a service that nobody asks gives back what only its start needed', async (t) => {
  const { ready, logged } = start(t, { LOG_LEVEL: 'debug' })
  await ready()
  const { heapBytes, afterBytes } = await eventually(() => logged('heap trimmed'), 60_000)
  assert.ok(Number(afterBytes) < Number(heapBytes), `${heapBytes} → ${afterBytes}`)
})

test('while a service is busy, its heap is left alone, and afterwards trimmed without a word', async (t) => {
  let trims = 0
  const warnings: Error[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  const log = { ...createLogger({ service: 'tested', level: 'silent' }), debug: () => void trims++ }
  const { stop } = trimHeapOnceIdle(log as unknown as ReturnType<typeof createLogger>, 20)
  const endMs = performance.now() + 300
  while (performance.now() < endMs) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(trims, 0)
  await eventually(() => (trims === 1 ? true : undefined))
  stop()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(warnings, [])
})
