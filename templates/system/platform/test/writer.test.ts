import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { takeWriter } from '../src/writer.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writer-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const never = new AbortController().signal

test('the second waits, and says so, until the first lets go', async () => {
  let waits = 0
  const options = { stopping: never, onWait: () => void (waits += 1) }
  const first = await takeWriter(folder, options)
  assert.equal(waits, 0)
  let isSecondIn = false
  const second = takeWriter(folder, options).then((writer) => {
    isSecondIn = true
    return writer
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([waits, isSecondIn], [1, false])
  first.release()
  ;(await second).release()
  assert.equal(waits, 1)
})

test('who stops waiting leaves the lock alone', async () => {
  const first = await takeWriter(folder, { stopping: never, onWait: () => {} })
  const stopping = new AbortController()
  const second = takeWriter(folder, { stopping: stopping.signal, onWait: () => stopping.abort() })
  await assert.rejects(second, { name: 'AbortError' })
  first.release()
  ;(await takeWriter(folder, { stopping: never, onWait: () => assert.fail('it is free') })).release()
})

test('a process that is killed holds it no more', async () => {
  const url = new URL('../src/writer.ts', import.meta.url).href
  const code = `const { takeWriter } = await import(${JSON.stringify(url)})
    await takeWriter(${JSON.stringify(folder)}, { stopping: new AbortController().signal, onWait() {} })
    console.log('mine'); setInterval(() => {}, 1000)`
  const other = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(other.stdout, 'data')
  const mine = takeWriter(folder, { stopping: never, onWait: () => void other.kill('SIGKILL') })
  ;(await mine).release()
})
