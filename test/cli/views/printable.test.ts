import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { deadLettersView } from '../../../src/cli/views/dead-letters.ts'
import { printable } from '../../../src/cli/views/printable.ts'
import { verifyView } from '../../../src/cli/views/verify.ts'

test.each([
  ['order-1, “Größe” 💩', 'order-1, “Größe” 💩'],
  ['a\u0000b', 'a\\x00b'],
  ['\u001b[2Jgone', '\\x1b[2Jgone'],
  ['\u009b31m', '\\x9b31m'],
  ['550 no such user\r\n550 go away\n', '550 no such user 550 go away '],
])('%j is shown as one line without control characters', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('what services and mail servers say cannot write on the terminal by itself', () => {
  const broken = { state: 'broken' as const, checked: 1, broken: 1, notChecked: [] }
  const verified = verifyView({
    verdict: 'FAIL',
    run: null,
    acknowledged: 0,
    waitedMs: 0,
    invariants: [{ ...broken, name: 'settled', examples: ['k\u0000 is of \u001b]0;mine\u0007'] }],
  })
  expect(stripVTControlCharacters(verified)).toContain('settled: k\\x00 is of \\x1b]0;mine\\x07')
  const letter = { id: 'e1:email', kind: 'receipt', channel: 'email', orderId: 'o1', attempts: 1 }
  const listed = deadLettersView('notification', [{ ...letter, reason: '550 no\r\n\u001b[2J' }])
  expect(stripVTControlCharacters(listed)).toContain('550 no \\x1b[2J')
})
