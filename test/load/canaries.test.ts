import { expect, test } from 'vitest'
import { canaryEvery, canaryPicker, canaryVariable, withCanaries } from '../../src/load/canaries.ts'
import { bytesOf, compileRequest } from '../../src/load/request.ts'

const key = 'the-key-of-the-fleet'
const uuid = () => '11111111-2222-4333-8444-555555555555'
const step = { name: 'read', method: 'GET', path: '/', headers: {}, body: null, expect: null }
const target = { host: 'localhost', pathPrefix: '' }

test('a few arrivals a second begin a sampled trace, evenly spread, and all carry the key', () => {
  const canaries = { key, perSecond: 5 }
  const every = canaryEvery(canaries, 200)
  const names = new Set([canaryVariable])
  const request = compileRequest(withCanaries(step, canaries), target, {}, names)
  const valuesOf = canaryPicker(every, uuid)
  const sent = Array.from({ length: 200 }, (_, arrival) =>
    Buffer.from(bytesOf(request, valuesOf(arrival))).toString(),
  )
  const sampled = 'traceparent: 00-11111111222243338444555555555555-8444555555555555-01\r\n'
  const canariesAt = sent.flatMap((text, arrival) => (text.includes(sampled) ? [arrival] : []))
  expect(canariesAt).toEqual([0, 40, 80, 120, 160])
  expect(sent.every((text) => text.includes(`x-canary-key: ${key}\r\n`))).toBe(true)
  expect(sent[1]).toContain('traceparent: \r\n')
})

test('at a rate below theirs every arrival is one', () => {
  expect(canaryEvery({ key, perSecond: 5 }, 2)).toBe(1)
})

test('a step that says a trace of its own keeps it', () => {
  const own = withCanaries({ ...step, headers: { traceparent: 'mine' } }, { key, perSecond: 5 })
  expect(own.headers['traceparent']).toBe('mine')
})
