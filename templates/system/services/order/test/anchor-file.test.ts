import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { temporaryFolder } from '@system/platform/testing'
import { appendAnchor, readLastAnchor } from '../src/anchor-file.ts'

const anchor = (pos: number) => ({ at: 1_764_000_000_000 + pos, pos, hash: `hash of ${pos}` })
const none = { anchor: undefined, torn: 0 }

test('the last anchor is the one that was written last', (t) => {
  const path = `${temporaryFolder(t)}/not yet there/order.ndjson`
  assert.deepEqual(readLastAnchor(path), none)
  for (const pos of [1, 2, 3]) appendAnchor(path, anchor(pos))
  assert.deepEqual(readLastAnchor(path), { anchor: anchor(3), torn: 0 })
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 4)
})

const half = '{"at":1764000000002,"po'

for (const torn of [half, '\0\0\0\0', '7', 'null', '{"at":1}']) {
  test(`a last line that is no anchor is passed over and counted: ${JSON.stringify(torn)}`, (t) => {
    const path = `${temporaryFolder(t)}/order.ndjson`
    appendAnchor(path, anchor(1))
    appendFileSync(path, torn)
    assert.deepEqual(readLastAnchor(path), { anchor: anchor(1), torn: 1 })
  })
}

test('an anchor behind half a line stands on a line of its own', (t) => {
  const path = `${temporaryFolder(t)}/order.ndjson`
  appendAnchor(path, anchor(1))
  appendFileSync(path, half)
  appendAnchor(path, anchor(2))
  appendAnchor(path, anchor(3))
  const lines = [JSON.stringify(anchor(1)), half, JSON.stringify(anchor(2)), JSON.stringify(anchor(3)), '']
  assert.deepEqual(readFileSync(path, 'utf8').split('\n'), lines)
  assert.deepEqual(readLastAnchor(path), { anchor: anchor(3), torn: 0 })
})

test('an anchor of which only the end of the line is missing counts', (t) => {
  const path = `${temporaryFolder(t)}/order.ndjson`
  writeFileSync(path, JSON.stringify(anchor(1)))
  assert.deepEqual(readLastAnchor(path), { anchor: anchor(1), torn: 0 })
  appendAnchor(path, anchor(2))
  assert.deepEqual(readLastAnchor(path), { anchor: anchor(2), torn: 0 })
})

test('only the end of a long file is read', (t) => {
  const path = `${temporaryFolder(t)}/order.ndjson`
  const lines = Array.from({ length: 5000 }, (_, pos) => `${JSON.stringify(anchor(pos))}\n`)
  writeFileSync(path, lines.join(''))
  assert.deepEqual(readLastAnchor(path), { anchor: anchor(4999), torn: 0 })
})
