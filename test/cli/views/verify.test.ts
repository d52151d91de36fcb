import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { verifyView } from '../../../src/cli/views/verify.ts'

test('what could not be checked stands beside what was, and in the place of what was not', () => {
  const common = { name: 'every notification arrived once', broken: 0, examples: [] }
  const notChecked = [
    { what: 'email by smtp', count: 1200 },
    { what: 'sms by webhook', count: 3 },
  ]
  const view = (state: 'held' | 'not-checked', checked: number, unseen = notChecked) =>
    stripVTControlCharacters(
      verifyView({
        verdict: 'PASS',
        run: null,
        acknowledged: 0,
        waitedMs: 0,
        invariants: [{ ...common, state, checked, notChecked: unseen }],
      }),
    ).split('\n')[0]
  expect(view('held', 40)).toMatch(/^held .*once +40; not checked: 1,200 email by smtp, 3 sms by webhook$/)
  expect(view('not-checked', 0)).toMatch(/^not checked .*once +1,200 email by smtp, 3 sms by webhook$/)
  expect(view('not-checked', 0, [])).toMatch(/nothing to look at$/)
})
