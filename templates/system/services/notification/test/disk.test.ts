// The disk is full, or read-only. Skipped where namespaces are not to be had.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { deadUrl, eventually, runStandIn } from '@system/platform/testing'
import { assertEndsOnReadOnlyDisk, canMount, runOnSmallDisk } from '@system/platform/testing-tmpfs'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const skip = canMount() ? false : 'needs unshare and mount'

const eventAt = (pos: number) => ({
  pos,
  id: `e${pos}`,
  orderId: `o${pos}`,
  version: 2,
  type: 'order.confirmed',
  data: {},
  at: 1,
  hash: '',
})

interface Told {
  id: string
  state: string
}

test(
  'a full disk holds news back, loses none, and all is told once when there is space',
  { skip },
  async (t) => {
    let known = 1
    const order = await runStandIn(t, ({ path }) => {
      const after = Number(new URL(path, 'http://order').searchParams.get('after'))
      const fresh = Array.from({ length: Math.max(0, known - after) }, (_, index) =>
        eventAt(after + index + 1),
      )
      const page = fresh.slice(0, 50)
      return { status: 200, body: { events: page, next: page.at(-1)?.pos ?? after } }
    })
    // Mail goes to somebody else's disk: ours is to hold up nothing but the news.
    const sent: string[] = []
    const channel = await runStandIn(t, ({ headers }) => {
      sent.push(String(headers['idempotency-key']))
      return { status: 200 }
    })
    const env = {
      SERVICE_NAME: 'notification',
      ORDER_URL: order.url,
      PUSH_URL: channel.url,
      RETRY_BASE_MS: '5',
    }
    const notification = await runOnSmallDisk(t, { main, env })
    const told = async () => {
      const answer = await fetch(`${notification.url}/notifications?limit=1000`)
      return ((await answer.json()) as { notifications: Told[] }).notifications
    }
    await eventually(async () => ((await told()).length === 2 ? true : undefined), 20_000)

    notification.fill()
    await eventually(async () => {
      if ((await notification.health()).ready === 503) return true
      known += 5
    }, 60_000)
    assert.equal((await notification.health()).live, 200)

    await notification.free()
    await notification.killAndStartAgain()
    const all = await eventually(async () => {
      const found = await told()
      return found.length === 2 * known && found.every(({ state }) => state === 'sent') ? found : undefined
    }, 60_000)
    assert.equal(new Set(all.map(({ id }) => id)).size, 2 * known)
    // A crash between sending and writing it down sends again, under the same id.
    assert.equal(new Set(sent).size, known)
  },
)

test('a read-only data folder ends the start with a clear message', { skip }, async (t) => {
  const env = { SERVICE_NAME: 'notification', ORDER_URL: await deadUrl() }
  await assertEndsOnReadOnlyDisk(t, { main, env, store: 'notification' })
})
