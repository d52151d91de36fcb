import { expect, test } from 'vitest'
import { headersTyped } from '../../src/system/header-lines.ts'

test('a header that is typed twice is sent with both values, cookies as one header of cookies', () => {
  const typed = ['X-Tag: a', 'Cookie: a=1', 'x-tag: b:c', 'cookie: b=2', 'accept: text/html']
  expect(headersTyped(typed)).toEqual({ 'x-tag': 'a, b:c', cookie: 'a=1; b=2', accept: 'text/html' })
})

test.each(['nonsense', ': a'])('%j is no header', (line) => {
  expect(() => headersTyped([line])).toThrow('-H cannot be')
})

test.each([
  ['authorization Bearer secret', '-H cannot be "authorization…".'],
  ['authorization=secret', '-H cannot be "authorization…".'],
  [':secret', '-H cannot be "…".'],
])('what may be a secret in %j is not repeated', (line, message) => {
  expect(() => headersTyped([line])).toThrow(expect.objectContaining({ message }) as Error)
})
