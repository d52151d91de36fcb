import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStaleAnswers } from '../src/stale-answers.ts'
import { createFakeClock } from './fake-clock.ts'

const answer = (body: string, status = 200) => ({ kind: 'answered', status, headers: {}, body }) as const

test('a good answer is recalled for a minute, marked as stale', () => {
  const clock = createFakeClock()
  const answers = createStaleAnswers({ clock })
  assert.equal(answers.recall('/a'), undefined)
  answers.keep('/a', answer('old'))
  answers.keep('/a', answer('new'))
  answers.keep('/b', answer('gone', 404))
  clock.advance(60_000)
  assert.deepEqual(answers.recall('/a'), {
    kind: 'answered',
    status: 200,
    headers: { 'x-degraded': 'stale' },
    body: 'new',
  })
  assert.equal(answers.recall('/b'), undefined)
  clock.advance(1)
  assert.equal(answers.recall('/a'), undefined)
})

test('what is recalled does not become younger by it', () => {
  const clock = createFakeClock()
  const answers = createStaleAnswers({ clock })
  answers.keep('/a', answer('old'))
  clock.advance(59_000)
  const recalled = answers.recall('/a')
  assert.ok(recalled !== undefined)
  answers.keep('/a', recalled)
  clock.advance(2000)
  assert.equal(answers.recall('/a'), undefined)
})

test('there is a bound, and what was kept longest ago goes first', () => {
  const answers = createStaleAnswers({ clock: createFakeClock(), maxEntries: 2 })
  for (const path of ['/a', '/b', '/a', '/c']) answers.keep(path, answer(path))
  assert.deepEqual(
    ['/a', '/b', '/c'].map((path) => answers.recall(path)?.body),
    ['/a', undefined, '/c'],
  )
})
