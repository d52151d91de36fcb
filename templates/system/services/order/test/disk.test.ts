// The disk is full, or read-only: a real one, a tmpfs in a mount namespace of its own (permissions would
// not stop root). Skipped where namespaces are not to be had.

import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { deadUrl, eventually, temporaryFolder } from '@system/platform/testing'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const book = JSON.stringify({ sku: 'book', quantity: 1, amountCents: 1999 })
const skip = canMount() ? false : 'needs unshare and mount'

test('a full disk refuses orders, loses none, says so, and ends with the space', { skip }, async (t) => {
  const order = await runInTmpfs(t, 'size=2m')
  const place = async (key: string) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const response = await fetch(`${order.url}/orders`, { method: 'POST', headers, body: book })
    const body = (await response.json()) as { id: string; error?: { code: string; message: string } }
    return { status: response.status, body }
  }
  const ready = async () => (await fetch(`${order.adminUrl}/readyz`)).status
  const first = await place('before')
  assert.equal(first.status, 202)

  order.inside('dd if=/dev/zero of=filler bs=4k 2>/dev/null || true')
  const acknowledged = [first.body.id]
  const refused = await eventually(async () => {
    const answer = await place(`during-${acknowledged.length}`)
    if (answer.status !== 202) return answer
    acknowledged.push(answer.body.id)
  }, 30_000)
  assert.equal(refused.status, 503)
  assert.equal(refused.body.error?.code, 'storage-unavailable')
  assert.match(refused.body.error?.message ?? '', /the disk is full|I\/O error/)
  assert.equal(await ready(), 503)
  assert.equal((await fetch(`${order.adminUrl}/livez`)).status, 200)

  order.inside('rm filler')
  await eventually(async () => ((await ready()) === 200 ? true : undefined), 30_000)
  const last = await place(`during-${acknowledged.length}`)
  assert.equal(last.status, 202)
  acknowledged.push(last.body.id)

  await order.killAndStartAgain()
  for (const id of acknowledged) assert.equal((await fetch(`${order.url}/orders/${id}`)).status, 200, id)
})

test('a read-only data folder ends the start with a clear message', { skip }, async (t) => {
  const order = await runInTmpfs(t, 'ro', false)
  await eventually(() => (order.child.exitCode === null ? undefined : true), 30_000)
  assert.equal(order.child.exitCode, 1)
  const fatal = order.lines.map((line) => JSON.parse(line) as { level: string; msg: string })
  const [last] = fatal.filter(({ level }) => level === 'fatal')
  assert.match(
    last?.msg ?? '',
    /(events\.db|writer\.lock) cannot be opened for writing: the (folder is read-only|file cannot be opened)/,
  )
})

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false // no such program, or no right to
  }
}

/** Order as a process, whose data folder is a tmpfs that only it and `inside` see. */
async function runInTmpfs(t: TestContext, options: string, isToStart = true) {
  const folder = temporaryFolder(t)
  const holder = spawn(
    'unshare',
    ['-m', 'sh', '-c', `mount -t tmpfs -o ${options} tmpfs '${folder}' && echo mounted && exec sleep 600`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.after(() => void holder.kill('SIGKILL'))
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  const enter = ['-t', String(holder.pid), '-m']
  const env = { ...process.env, SERVICE_NAME: 'order', DATA_DIR: folder, PAYMENT_URL: await deadUrl() }
  const running = {
    child: undefined as unknown as ChildProcess,
    lines: [] as string[],
    url: '',
    adminUrl: '',
  }

  async function start(): Promise<void> {
    const child = spawn('nsenter', [...enter, process.execPath, main], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => void child.kill('SIGKILL'))
    running.child = child
    running.lines = []
    createInterface({ input: child.stdout }).on('line', (line) => running.lines.push(line))
    if (!isToStart) return
    const ready = await eventually(() => running.lines.find((line) => line.includes('"msg":"ready"')), 60_000)
    const { url, adminUrl } = JSON.parse(ready) as { url: string; adminUrl: string }
    Object.assign(running, { url, adminUrl })
  }

  await start()
  return Object.assign(running, {
    inside: (command: string) =>
      execFileSync('nsenter', [...enter, 'sh', '-c', `cd '${folder}' && ${command}`], { stdio: 'ignore' }),
    async killAndStartAgain() {
      running.child.kill('SIGKILL')
      await start()
    },
  })
}
