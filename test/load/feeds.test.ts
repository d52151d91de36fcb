import { describe, expect, test } from 'vitest'
import { readRows } from '../../src/adapters/load-feed-file.ts'
import { rowPicker } from '../../src/load/feeds.ts'

const place = { file: 'load/a.yaml', line: 3, column: 9 }
const rows = [{ name: 'ann' }, { name: 'bob' }, { name: 'cid' }]

test('rows come in order and round and round, the columns under the name of the feed', () => {
  const pick = rowPicker([{ name: 'users', pick: 'sequential', rows }], 1)
  expect([0, 1, 2, 3].map((arrival) => pick(arrival)['users.name'])).toEqual(['ann', 'bob', 'cid', 'ann'])
})

test('by chance, the row belongs to the arrival and the seed alone', () => {
  const names = (seed: number) => {
    const pick = rowPicker([{ name: 'users', pick: 'random', rows }], seed)
    return Array.from({ length: 300 }, (_, arrival) => pick(arrival)['users.name'])
  }
  expect(names(1)).toEqual(names(1))
  expect(names(1)).not.toEqual(names(2))
  expect(names(1).filter((name) => name === 'bob').length).toBeGreaterThan(60)
})

describe('a file of rows', () => {
  test.each([
    ['users.csv', '\uFEFFname,note\r\nann,"a, ""b"""\r\n\r\n', [{ name: 'ann', note: 'a, "b"' }]],
    ['users.json', '[{"name":"ann","age":7,"tags":["a"]}]', [{ name: 'ann', age: '7', tags: '["a"]' }]],
  ])('%s', (file, text, expected) => {
    expect(readRows(text, file, place)).toEqual(expected)
  })

  test.each([
    ['users.csv', 'name\nann,bob\n', /is not CSV/],
    ['users.csv', 'name\n', /has no rows/],
    ['users.json', '{"name":1}', /is not a list of objects/],
    ['users.json', '[1]', /is not a list of objects/],
    ['users.json', '[', /is not JSON/],
  ])('%s: %j is told with the place in the scenario', (file, text, reason) => {
    expect(() => readRows(text, file, place)).toThrow(reason)
    expect(() => readRows(text, file, place)).toThrow('load/a.yaml:3:9')
  })
})
