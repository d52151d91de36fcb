// A log that cannot be written is no reason to end, nor to keep for ever what it should have said.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { canMount } from '../src/testing-tmpfs.ts'
import { deadUrl, eventually, temporaryFolder } from '../src/testing.ts'

const commandOf = (fixture: string) =>
  `exec '${process.execPath}' '${join(import.meta.dirname, 'fixtures', fixture)}'`
const needs = (what: string, isThere: boolean) => ({ skip: isThere ? false : `needs ${what}` })

test(
  'a service whose log has no space goes on, and ends well',
  needs('/dev/full', existsSync('/dev/full')),
  async (t) => {
    const url = await deadUrl()
    const child = spawn('sh', ['-c', `${commandOf('slow-service.ts')} > /dev/full`], {
      env: {
        ...process.env,
        PAYMENT_URL: 'http://127.0.0.1:1',
        SERVICE_NAME: 'slow',
        DATA_DIR: temporaryFolder(t),
        DRAIN_MS: '0',
        PORT: new URL(url).port,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    t.after(() => void child.kill('SIGKILL'))
    const status = (path: string) => fetch(`${url}${path}`).then((answer) => answer.status)
    await eventually(() => {
      assert.equal(child.exitCode, null, 'it has ended')
      return status('/count').catch(() => undefined)
    }, 60_000)
    for (let time = 0; time < 20; time++) assert.equal(await status('/throw'), 500)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
  },
)

test(
  'once there is space again the log goes on in whole lines, from where it stopped',
  needs('unshare and mount', canMount()),
  async (t) => {
    const folder = temporaryFolder(t)
    const full = `mount -t tmpfs -o size=2m tmpfs '${folder}' && cd '${folder}' && : > log; dd if=/dev/zero of=filler bs=4k 2>/dev/null`
    const child = spawn('unshare', ['-m', 'sh', '-c', `${full}; ${commandOf('talkative.ts')} >> log`], {
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    t.after(() => void child.kill('SIGKILL'))
    const say = async (lines: number) => {
      const done = once(child.stderr, 'data')
      child.stdin.write(`${lines}\n`)
      assert.deepEqual(String(await done), 'done\n')
    }
    const inside = (command: string) =>
      execFileSync('nsenter', ['-t', String(child.pid), '-m', 'sh', '-c', `cd '${folder}' && ${command}`])
    await say(10_000)
    assert.equal(String(inside('cat log')), '')

    inside('rm filler')
    await say(1)
    await say(2)
    const said = String(inside('cat log'))
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { line: number }).line)
    assert.deepEqual(said.slice(0, 3), [0, 1, 2])
    assert.deepEqual(said.slice(-2), [10_001, 10_002])
    assert.ok(said.length < 5000, `${said.length} lines`)
  },
)
