import { expect, test } from 'vitest'
import { belongsTo } from '../../src/system/line-trace.ts'

const id = '4bf92f3577b34da6a3ce929d0e0e4736'

test.each([
  ['a line of it', id, `{"level":"info","trace_id":"${id}","msg":"answered"}`, true],
  ['by its first digits, as they are shown', '4bf92f35', `{"trace_id":"${id}"}`, true],
  ['in capitals', id.toUpperCase(), `{"trace_id":"${id}"}`, true],
  ['of another trace that tells of it', id, `{"trace_id":"${'a'.repeat(32)}","parent":"${id}"}`, false],
  ['digits in the middle of another', '77b34da6', `{"trace_id":"${id}"}`, false],
  ['of none', id, '{"msg":"ready"}', false],
  ['no JSON', id, `trace ${id} was slow`, false],
  ['half a line', id, `{"trace_id":"${id}`, false],
  ['a trace id that is none', '12345678', '{"trace_id":12345678}', false],
])('%s', (_, asked, line, expected) => {
  expect(belongsTo(asked)(line)).toBe(expected)
})

test.each(['', '4bf92f3', 'my-order-1', `${id}0`])('%j is refused as an id', (asked) => {
  expect(() => belongsTo(asked)).toThrow(/--trace/)
})
