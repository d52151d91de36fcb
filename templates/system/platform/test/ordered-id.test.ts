import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderedId } from '../src/ordered-id.ts'

test('an id that was made later sorts behind', () => {
  const times = [0, 1, 4095, 4096, 1_764_000_000_000, 1_764_000_000_001.5, 2 ** 48 - 1]
  const ids = times.map(orderedId)
  assert.deepEqual(ids.toSorted(), ids)
})

test('ids of the same moment differ, and are UUIDs of version 7', () => {
  const ids = Array.from({ length: 1000 }, () => orderedId(1_764_000_000_000))
  assert.equal(new Set(ids).size, 1000)
  for (const id of ids) assert.match(id, /^019ab697-e800-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
})
