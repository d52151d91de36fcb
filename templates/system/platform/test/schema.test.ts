import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type as TypeBox } from 'typebox'
import { Type } from '../src/schema.ts'
import { compileCheck } from '../src/schema-check.ts'

/** The same schema, by whoever builds it. */
const schemaBy = (types: typeof Type) =>
  types.Object(
    {
      id: types.String({ pattern: '^o' }),
      count: types.Integer({ minimum: 1, default: 2 }),
      price: types.Number(),
      none: types.Null(),
      mode: types.Enum(['on', 'off'], { default: 'off' }),
      either: types.Union([types.String(), types.Array(types.Unknown())]),
      labels: types.Record(types.String(), types.Integer()),
      byCode: types.Record(types.String({ pattern: '^[a-z]$' }), types.Integer()),
      note: types.Optional(types.String()),
      line: types.Pick(
        types.Object({ sku: types.String(), note: types.Optional(types.String()), no: types.Null() }),
        ['sku', 'note'],
      ),
      page: types.Partial(types.Object({ after: types.Integer() }, { title: 'page' })),
    },
    { additionalProperties: false },
  )

test('schemas are the JSON that TypeBox makes', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(schemaBy(Type))), JSON.parse(JSON.stringify(schemaBy(TypeBox))))
})

test('schemas of TypeBox and ours fit into each other', () => {
  const ours = Type.Object({ a: TypeBox.Optional(TypeBox.String()), b: TypeBox.String() })
  const theirs = TypeBox.Object({ a: Type.Optional(Type.String()), b: Type.String() })
  assert.deepEqual([ours.required, theirs.required], [['b'], ['b']])
})

test('a check names the place and what is wrong there', () => {
  const check = compileCheck(Type.Object({ lines: Type.Array(Type.Object({ count: Type.Integer() })) }))
  assert.equal(check({ lines: [{ count: 1 }] }), undefined)
  assert.equal(check({ lines: [{ count: 1 }, { count: '2' }] }), '/lines/1/count must be integer')
  assert.equal(check({}), " must have required property 'lines'")
  assert.equal(check(undefined), ' must be object')
})
