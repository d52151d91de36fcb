import { describe, expect, test } from 'vitest'
import { once } from 'node:events'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readRows } from '../../src/adapters/load-feed-file.ts'
import { rowPicker } from '../../src/load/feeds.ts'
import { parseScenario } from '../../src/load/scenario.ts'
import { runLoad } from '../../src/runtime/load.ts'

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
    ['users.json', '[{"name":"ann","age":7,"tags":["a"]}]', [{ name: 'ann', age: 7, tags: '["a"]' }]],
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

test.each([
  ['that is not there', 'absent.csv', 'there is no file absent.csv'],
  ['that is a folder', '.', 'the feed . is a folder'],
])('a feed %s is told at its place, before the first arrival', async (_, file, reason) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-feed-'))
  const lines = [
    'apiVersion: msvc/v1\nkind: Scenario\nname: a\nfeeds:',
    `  users: { file: ${file} }`,
    'requests:\n  - { name: x, path: "/{{users.name}}" }',
  ]
  const scenario = parseScenario(lines.join('\n'), join(folder.path, 'a.yaml'))
  const plan = { target: { baseUrl: 'http://127.0.0.1:1', scenario }, ratePerSecond: 10, durationMs: 1000 }
  const told = await runLoad(plan).catch((error: unknown) => error)
  expect(told).toMatchObject({ code: 'file-invalid' })
  expect((told as Error).message).toMatch(/a\.yaml:5:\d+/)
  expect((told as Error).message).toContain(reason)
})

describe('a column', () => {
  const scenarioWith = (path: string, folder: string) =>
    parseScenario(
      [
        'apiVersion: msvc/v1\nkind: Scenario\nname: a\nfeeds:\n  users: { file: users.csv }\nrequests:',
        `  - { name: x, path: "${path}", expect: 200 }`,
      ].join('\n'),
      join(folder, 'a.yaml'),
    )

  test('that the feed has not is told with those that it has, before the first request', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-feed-'))
    await writeFile(join(folder.path, 'users.csv'), 'name,age\nann,30\n')
    const scenario = scenarioWith('/{{users.nmae}}', folder.path)
    const plan = { target: { baseUrl: 'http://127.0.0.1:1', scenario }, ratePerSecond: 10, durationMs: 1000 }
    const told = await runLoad(plan).catch((error: unknown) => error)
    expect(told).toMatchObject({ code: 'file-invalid', next: 'Did you mean name? Its columns: name, age.' })
    expect((told as Error).message).toMatch(/a\.yaml:7:\d+: \{\{users\.nmae\}\} is not known/)
  })

  test('is called as its header line says, with spaces and dashes', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-feed-'))
    await writeFile(join(folder.path, 'users.csv'), 'first name,last-name\nann,lee\n')
    const asked: (string | undefined)[] = []
    await using target = createServer((request, response) => {
      asked.push(request.url)
      response.end()
    }).listen(0, '127.0.0.1')
    await once(target, 'listening')
    const baseUrl = `http://127.0.0.1:${(target.address() as AddressInfo).port}`
    const scenario = scenarioWith('/{{users.first name}}/{{ users.last-name }}', folder.path)
    await runLoad({ target: { baseUrl, scenario }, ratePerSecond: 10, durationMs: 100 })
    expect(asked).toEqual(['/ann/lee'])
  })
})
