import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { type ListedRun, runsView } from '../../../src/cli/views/runs.ts'

const run: ListedRun = {
  id: '20261127-022829-load-520b',
  kind: 'load',
  title: '200 rps for 1s',
  target: 'http://127.0.0.1:4000/close',
  system: null,
  startedAt: 0,
  endedAt: 2000,
  verdict: 'valid',
  folder: '/runs/520b',
  report: null,
}

test('a run against something that is no system of ours says what it was against', () => {
  const text = stripVTControlCharacters(runsView([run, { ...run, system: 'shop' }], () => 'then'))
  const lines = text.split('\n').slice(1, 3)
  expect(lines).toEqual([
    '20261127-022829-load-520b  then     2.0 s  valid    200 rps for 1s  http://127.0.0.1:4000/close',
    '20261127-022829-load-520b  then     2.0 s  valid    200 rps for 1s',
  ])
})
