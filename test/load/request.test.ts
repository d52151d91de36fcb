import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bytesOf,
  compileRequest,
  keyOf,
  type RequestSource,
  UnsendableRequest,
} from '../../src/load/request.ts'
import type { ArrivalValues } from '../../src/load/template.ts'

const target = { host: 'shop.test:4000', pathPrefix: '' }
const source = (part: Partial<RequestSource>): RequestSource => ({
  name: 'a',
  method: 'GET',
  path: '/',
  headers: {},
  body: null,
  expect: null,
  ...part,
})
const uuid = '01234567-89ab-4cde-8f01-23456789abcd'
const textOf = (part: Partial<RequestSource>, arrival = '7', variables = {}): string =>
  Buffer.from(bytesOf(compileRequest(source(part), target, variables), { uuid, arrival })).toString()

test('a request without gaps is always the same bytes', () => {
  const request = compileRequest(source({ path: '/orders?limit=1' }), target, {})
  const bytes = bytesOf(request, { uuid, arrival: '1' })
  expect(bytesOf(request, { uuid, arrival: '2' })).toBe(bytes)
  expect(Buffer.from(bytes).toString()).toBe(
    'GET /orders?limit=1 HTTP/1.1\r\nhost: shop.test:4000\r\nuser-agent: msvc\r\naccept: */*\r\n\r\n',
  )
})

test('variables are filled in once, gaps for each arrival', () => {
  const part = {
    method: 'POST',
    path: '/{{where}}/{{arrival}}',
    headers: { 'Idempotency-Key': '{{uuid}}' },
    body: { n: '{{arrival}}', price: '{{price}}' },
  }
  const text = textOf(part, '42', { where: 'orders', price: 1999 })
  expect(text).toContain('POST /orders/42 HTTP/1.1\r\n')
  expect(text).toContain(`Idempotency-Key: ${uuid}\r\n`)
  expect(text).toContain('content-type: application/json\r\n')
  expect(text).toMatch(/\r\n\r\n\{"n":"42","price":1999\}$/)
})

test('what an arrival captured stays the value that it is where it is all of a text, and is written into it elsewhere', () => {
  const body = {
    id: '{{id}}',
    list: ['{{id}}', '{{isNew}}', '{{name}}'],
    text: 'no. {{id}} of "{{name}}"',
    quoted: '"{{id}}"',
    '{{id}}': 1,
  }
  const request = compileRequest(
    source({ method: 'POST', body }),
    target,
    {},
    new Set(['id', 'isNew', 'name']),
  )
  const sentWith = (values: ArrivalValues): unknown => {
    const text = Buffer.from(bytesOf(request, values)).toString()
    const sent = text.slice(text.indexOf('\r\n\r\n') + 4)
    expect(text).toContain(`content-length: ${Buffer.byteLength(sent)}\r\n`)
    return JSON.parse(sent)
  }
  expect(sentWith({ id: 7, isNew: true, name: 'a "b"' })).toEqual({
    id: 7,
    list: [7, true, 'a "b"'],
    text: 'no. 7 of "a "b""',
    quoted: '"7"',
    '7': 1,
  })
  expect(sentWith({ id: '7', isNew: 'true', name: 'ann' })).toMatchObject({
    id: '7',
    list: ['7', 'true', 'ann'],
  })
})

test('the content length is that of the body, whatever is spliced into it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(), (word, arrival) => {
      const body = `${word.replaceAll('{', '')} {{arrival}} length {{uuid}} é`
      const text = textOf({ method: 'POST', body }, String(arrival))
      const sent = text.slice(text.indexOf('\r\n\r\n') + 4)
      expect(text).toContain(`content-length: ${Buffer.byteLength(sent)}\r\n`)
      expect(sent).toContain(` ${arrival} length ${uuid} é`)
    }),
  )
})

test('bytes are sent as they are, and are never a place for variables', () => {
  const body = Buffer.concat([Buffer.from('{{uuid}}'), Buffer.of(0xff, 0)])
  const request = compileRequest(source({ method: 'PUT', body: new Uint8Array(body) }), target, {})
  expect(request.hasGaps).toBe(false)
  const sent = Buffer.from(bytesOf(request, { uuid, arrival: '1' }))
  expect(sent.subarray(-body.length)).toEqual(body)
  expect(sent.toString('latin1')).toContain('\r\ncontent-length: 10\r\n\r\n')
  expect(sent.toString('latin1')).not.toContain('content-type')
})

test('the key of an arrival is the one that is sent', () => {
  const request = compileRequest(
    source({ headers: { 'idempotency-key': 'k-{{uuid}}-{{arrival}}' } }),
    target,
    {},
  )
  expect(keyOf(request, { uuid, arrival: '9' })).toBe(`k-${uuid}-9`)
  expect(keyOf(compileRequest(source({}), target, {}), { uuid, arrival: '9' })).toBeNull()
})

describe('what would break the framing is refused', () => {
  test.each<[string, Partial<RequestSource>]>([
    ['a line break in a header', { headers: { authorization: 'Bearer {{token}}' } }],
    ['a space in the path', { path: '/a b' }],
    ['a header name with a colon', { headers: { 'x:': '1' } }],
    ['a Content-Length of the user', { headers: { 'content-length': '3' } }],
    ['an unknown method', { method: 'get /' }],
  ])('%s', (_, part) => {
    expect(() => compileRequest(source(part), target, { token: 'a\r\nx-evil: 1' })).toThrow(UnsendableRequest)
  })
})

test('no value of an arrival can break out of its place', () => {
  const request = compileRequest(
    source({
      method: 'POST',
      path: '/{{row.a}}?q={{row.a}}',
      headers: { 'x-a': '{{row.a}}' },
      body: { a: 'before {{row.a}} after' },
    }),
    target,
    {},
    new Set(['row.a']),
  )
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('"\r\nx: y\r\n\r\n')), (value) => {
      const text = Buffer.from(bytesOf(request, { 'row.a': value })).toString()
      const [head = '', ...rest] = text.split('\r\n\r\n')
      const body = rest.join('\r\n\r\n')
      expect(head.split('\r\n')).toHaveLength(7)
      expect(head.split('\r\n')[0]).toMatch(/^POST \/[\x21-\x7e]* HTTP\/1\.1$/)
      expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`)
      expect(JSON.parse(body)).toEqual({ a: `before ${value.toWellFormed()} after` })
    }),
  )
})
