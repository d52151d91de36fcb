import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandomHex } from '../src/random-hex.ts'

test('digits are new each time, also once the bytes that were asked for together are used up', () => {
  const randomHex = createRandomHex()
  const ids = Array.from({ length: 2000 }, (_, index) => randomHex(index % 3 === 0 ? 16 : 8))
  assert.equal(new Set(ids).size, ids.length)
  for (const [index, id] of ids.entries())
    assert.match(id, index % 3 === 0 ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{16}$/)
})

test('two makers give different digits', () => {
  assert.notEqual(createRandomHex()(16), createRandomHex()(16))
})
