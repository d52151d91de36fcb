// `Expect: 100-continue`, against targets that want the body, do not want it, or know nothing of it.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { runLoad } from '../../src/runtime/load.ts'

const body = 'so much that it should not be sent in vain'
const arrivals = 4
const plan = {
  ratePerSecond: 20,
  durationMs: 200,
  method: 'POST',
  headers: { expect: '100-continue' },
  body,
}
const created = 'HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n'

/** A target that notes what its connections send, and does something when a head, and when a body is there. */
async function startListener(onHead: (socket: Socket) => void, onBody: (socket: Socket) => void) {
  const heard = { heads: 0, bodies: 0, together: 0, connections: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    heard.connections += 1
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      const text = bytes.toString()
      const isHead = text.includes('\r\n\r\n')
      const isBody = text.endsWith(body)
      heard.heads += isHead ? 1 : 0
      heard.bodies += isBody ? 1 : 0
      heard.together += isHead && isBody ? 1 : 0
      if (isHead && !isBody) onHead(socket)
      if (isBody) onBody(socket)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('the body waits for 100, and the connection is used again', async () => {
  await using target = await startListener(
    (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
    (socket) => socket.write(created),
  )
  const report = await runLoad({ ...plan, target: { url: target.url } })
  expect(report.outcomes).toEqual({ ok: arrivals })
  expect(report.statuses).toEqual({ 201: arrivals })
  expect(target.heard).toMatchObject({ heads: arrivals, bodies: arrivals, together: 0 })
})

test('an answer instead of 100 keeps the body back and ends the connection', async () => {
  await using target = await startListener(
    (socket) => socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'),
    (socket) => socket.destroy(),
  )
  const report = await runLoad({ ...plan, target: { url: target.url } })
  expect(report.outcomes).toEqual({ 'http-error': arrivals })
  expect(target.heard).toMatchObject({ heads: arrivals, bodies: 0 })
  expect(target.heard.connections).toBe(arrivals)
})

test('a target that does not know the expectation gets the body after a second', async () => {
  await using target = await startListener(
    () => {},
    (socket) => socket.write(created),
  )
  const report = await runLoad({ ...plan, target: { url: target.url } })
  expect(report.outcomes).toEqual({ ok: arrivals })
  expect(report.responseMs.p50).toBeGreaterThanOrEqual(990)
})

test('another expectation, or one without a body, is refused before the first request', async () => {
  const target = { url: 'http://127.0.0.1:9/' }
  const odd = runLoad({ ...plan, target, headers: { expect: 'a miracle' } })
  await expect(odd).rejects.toThrow(/expect may only be 100-continue/)
  const { body: _, ...bodiless } = plan
  await expect(runLoad({ ...bodiless, target })).rejects.toThrow(/needs a body that can wait/)
})
