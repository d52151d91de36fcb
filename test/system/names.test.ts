import fc from 'fast-check'
import { expect, test } from 'vitest'
import { suggestName, whyBad } from '../../src/system/names.ts'
import { editDistance, suggest } from '../../src/system/suggest.ts'

test.each([
  ['order', undefined],
  ['order-2', undefined],
  ['x', /at least two/],
  ['Order', /lower-case/],
  ['order_items', /lower-case/],
  ['order-', /dash/],
  ['a--b', /two dashes/],
  ['', /empty/],
  ['a'.repeat(41), /longer than 40/],
  ['../etc', /lower-case/],
  ['platform', /share/],
  ['com1', /Windows/],
])('the name %j is judged', (name, reason) => {
  const found = whyBad(name)
  if (reason === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(reason)
})

test.each([
  ['Order_Service', 'order-service'],
  ['OrderItems', 'order-items'],
  ['1st order', 'st-order'],
  ['platform', 'my-platform'],
  ['Zähler', 'za-hler'],
  ['!!!', undefined],
])('%j suggests %j', (name, suggestion) => expect(suggestName(name)).toBe(suggestion))

test('whatever is suggested can be used', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      const suggestion = suggestName(name)
      return suggestion === undefined || whyBad(suggestion) === undefined
    }),
  )
})

test.each([
  ['paymnet', 'payment'],
  ['odrer', 'order'],
  ['gateway', 'gateway'],
  ['zebra', undefined],
])('%j is near %j', (word, nearest) => {
  expect(suggest(word, ['order', 'payment', 'gateway', 'notification'])).toBe(nearest)
})

test('the edit distance is a metric on the words that people mistype', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
    }),
  )
})
