// The load run's own record of what it got acknowledged: whole, it is what is looked for; cut, emptied, damaged or of
// another system, it is named and nothing is judged by it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readAcknowledged } from '../../src/runtime/acknowledged-record.ts'
import { openRun } from '../../src/runtime/runs.ts'
import type { Acknowledged } from '../../src/system/load-report.ts'

const orders: Acknowledged[] = [0, 1, 2].map((arrival) => ({
  arrival,
  key: `k${arrival}`,
  status: 201,
  id: `o${arrival}`,
}))

function emptySystem(): string {
  const root = mkdtempSync(join(tmpdir(), 'msvc-record-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  writeFileSync(
    join(root, 'msvc.yaml'),
    'apiVersion: msvc/v1\nkind: System\nname: shop\nentry: order\nservices:\n  order: {path: services/order}\n',
  )
  return root
}

async function recorded(root: string, lines: Acknowledged[], system = 'shop') {
  const run = await openRun({ root, system, kind: 'load', title: 'load', target: 'http://127.0.0.1:1' })
  run.acknowledged(lines)
  await run.finish({ verdict: 'valid', summary: {} })
  return { id: run.id, file: join(run.folder, 'acknowledged.ndjson') }
}

const newest = (root: string) => readAcknowledged(root, { run: undefined, system: 'shop' })
const ofRun = (root: string, run: string) => readAcknowledged(root, { run, system: 'shop' })

test('all that a run got acknowledged is read; a run that got nothing is passed over', async () => {
  const root = emptySystem()
  expect(await newest(root)).toEqual({ run: null, acknowledged: [] })
  const { id } = await recorded(root, orders)
  expect(await newest(root)).toEqual({ run: id, acknowledged: orders })
  await recorded(root, [])
  expect(await newest(root)).toEqual({ run: id, acknowledged: orders })
})

const damages: [how: string, text: string, found: number][] = [
  ['emptied', '', 0],
  ['cut between two lines', `${JSON.stringify(orders[0])}\n`, 1],
  [
    'cut in a line',
    orders
      .map((one) => JSON.stringify(one))
      .join('\n')
      .slice(0, -1),
    2,
  ],
]

test.each(damages)(
  'a record that was %s is named, and no older one is taken instead',
  async (_, text, found) => {
    const root = emptySystem()
    const { id, file } = await recorded(root, orders)
    writeFileSync(file, text)
    for (const read of [newest, () => ofRun(root, id)])
      await expect(read(root)).rejects.toMatchObject({
        code: 'run-record-cut',
        message: `The run ${id} got 3 orders acknowledged, of which ${file} holds ${found}.`,
        exitCode: 1,
      })
  },
)

test('a record that is gone is named', async () => {
  const root = emptySystem()
  const { file } = await recorded(root, orders)
  rmSync(file)
  await expect(newest(root)).rejects.toMatchObject({ code: 'run-record-cut' })
})

test.each(['{"arrival":1,"key":"k1","st', 'null', '{"arrival":1,"id":"o1"}', '{"arrival":1,"key":"k1"}'])(
  'a line that is no acknowledged order is named with its place: %s',
  async (line) => {
    const root = emptySystem()
    const { file } = await recorded(root, orders)
    const [first, , third] = orders.map((one) => JSON.stringify(one))
    writeFileSync(file, `${[first, line, third].join('\n')}\n`)
    await expect(newest(root)).rejects.toMatchObject({
      code: 'run-record-unreadable',
      message: `${file}:2 is no acknowledged order.`,
    })
  },
)

test('a run of another system is named when it is asked for, and else passed over', async () => {
  const root = emptySystem()
  const { id } = await recorded(root, orders, 'other')
  await expect(ofRun(root, id)).rejects.toMatchObject({
    code: 'run-of-another-system',
    message: `The run ${id} is of the system other; this one is shop.`,
  })
  expect(await newest(root)).toEqual({ run: null, acknowledged: [] })
})
