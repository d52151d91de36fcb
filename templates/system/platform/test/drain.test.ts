import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../src/testing.ts'
import { start } from './fixtures/start.ts'

type Outcome = 'answered' | 'turned away' | `lost: ${string}`

/** Turned away is who never got a connection: the service took nothing from them. */
function ask(url: string, agent: Agent): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const outgoing = request(url, { agent }, (response: IncomingMessage) => {
    response
      .resume()
      .once('end', () => resolve(response.statusCode === 200 ? 'answered' : `lost: ${response.statusCode}`))
    response.once('error', (error) => resolve(`lost: ${error.message}`))
  })
  outgoing.once('error', (error: NodeJS.ErrnoException) =>
    resolve(error.code === 'ECONNREFUSED' ? 'turned away' : `lost: ${error.code ?? error.message}`),
  )
  outgoing.end()
  return promise
}

const get = 'GET /count HTTP/1.1\r\nhost: localhost\r\n\r\n'

/** A connection that was used once, and may be again. */
async function keptConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('utf8')
  socket.write(get)
  const [answer] = (await once(socket, 'data')) as [string]
  assert.match(answer, /connection: keep-alive/i)
  return socket
}

test('every request that a draining service took is answered, under load on kept connections', async (t) => {
  // Longer than a busy machine keeps our own clients from asking again.
  const { child, ready, exited } = start(t, { DRAIN_MS: '2000' })
  const { url } = await ready()
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const outcomes: Outcome[] = []

  // Each asks again a moment after it was answered, so that connections are idle and busy in turn.
  const client = async (index: number): Promise<void> => {
    for (;;) {
      const outcome = await ask(`${url}/soon`, agent)
      outcomes.push(outcome)
      if (outcome !== 'answered') return
      await sleep(index % 5)
    }
  }
  const clients = Array.from({ length: 40 }, (_, index) => client(index))
  await eventually(() => (outcomes.length > 400 ? true : undefined), 20_000)
  child.kill('SIGTERM')
  await Promise.all(clients)
  assert.deepEqual(await exited, [0, null])
  assert.deepEqual([...new Set(outcomes)].toSorted(), ['answered', 'turned away'])
})

test('who is connected is told to leave, with an answer; who stays silent is cut after the grace', async (t) => {
  const { child, ready, exited, logged } = start(t, { DRAIN_MS: '1000' })
  const { url } = await ready()
  const { hostname, port } = new URL(url)
  const [asking, silent] = [await keptConnection(url), await keptConnection(url)]
  child.kill('SIGTERM')
  await eventually(() => logged('closing'))
  // The door is closed once nobody can connect any more.
  await eventually(async () => {
    const late = connect(Number(port), hostname)
    const isTaken = await Promise.race([
      once(late, 'connect').then(() => true),
      once(late, 'close').then(() => false),
    ]).catch(() => false)
    late.destroy()
    return isTaken ? undefined : true
  })
  asking.write(get)
  const [last] = (await once(asking, 'data')) as [string]
  assert.match(last, /^HTTP\/1\.1 200 /)
  assert.match(last, /connection: close/i)
  await once(silent, 'close')
  assert.deepEqual(await exited, [0, null])
})

test('kept connections that are taken up one after the other are all answered, for longer than the grace', async (t) => {
  const { child, ready, exited, logged } = start(t, { DRAIN_MS: '1000' })
  const { url } = await ready()
  const kept = await Promise.all(Array.from({ length: 6 }, () => keptConnection(url)))
  child.kill('SIGTERM')
  await eventually(() => logged('closing'))
  await sleep(1200) // the probe period
  for (const socket of kept) {
    await sleep(400)
    socket.write(get)
    const [answer] = (await once(socket, 'data')) as [string]
    assert.match(answer, /^HTTP\/1\.1 200 /)
  }
  assert.deepEqual(await exited, [0, null])
})

test('who connected and says nothing, or stopped in mid-word, does not hold up the end', async (t) => {
  const { child, ready, exited, logged } = start(t)
  const { url } = await ready()
  const { hostname, port } = new URL(url)
  for (const words of ['', 'GET /cou', `${get}GET /cou`]) {
    const socket = connect(Number(port), hostname)
    t.after(() => socket.destroy())
    await once(socket, 'connect')
    socket.write(words)
    if (words.includes('\r\n')) await once(socket, 'data')
  }
  child.kill('SIGTERM')
  assert.deepEqual(await exited, [0, null])
  assert.ok(logged('closed'))
})
