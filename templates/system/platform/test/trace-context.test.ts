import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTraceparent, nextTrace, parseTraceparent } from '../src/trace-context.ts'

const header = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test('a header is read and written as it came', () => {
  const trace = parseTraceparent(header)
  assert.ok(trace !== undefined)
  assert.equal(trace.isSampled, true)
  assert.equal(formatTraceparent(trace), header)
})

test('headers against the specification are ignored', () => {
  const table = [
    undefined,
    '',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
    `${header}-more`,
  ]
  for (const value of table) assert.equal(parseTraceparent(value), undefined, String(value))
})

test('a later version of the header may carry more', () => {
  assert.ok(parseTraceparent(header.replace('00', 'cc') + '-more') !== undefined)
})

test('a child keeps the trace and gets a span of its own; a root is new each time', () => {
  const parent = parseTraceparent(header)
  const child = nextTrace(parent)
  assert.equal(child.traceId, parent?.traceId)
  assert.notEqual(child.spanId, parent?.spanId)
  assert.ok(child.isSampled)
  const roots = [nextTrace(undefined), nextTrace(undefined)]
  assert.notEqual(roots[0]?.traceId, roots[1]?.traceId)
  for (const root of roots) assert.deepEqual(parseTraceparent(formatTraceparent(root)), root)
})
