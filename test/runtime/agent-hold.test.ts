import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { agentHttp } from '../../src/adapters/agent-http.ts'
import { holdAgent } from '../../src/runtime/agent-hold.ts'

/** What answers a hold on a socket of its own. */
async function holdAnswered(
  answer: (response: ServerResponse) => void,
  signal = new AbortController().signal,
) {
  const folder = mkdtempSync(join(tmpdir(), 'msvc-hold-'))
  const socket = join(folder, 'agent.sock')
  const server = createServer((_, response) => answer(response)).listen(socket)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  })
  await once(server, 'listening')
  return holdAgent(agentHttp(socket), { system: 'shop', signal })
}

test('a hold is known by its first line', async () => {
  expect(await holdAnswered((response) => response.write('h1\n'))).toBe('h1')
})

test.each<[how: string, answer: (response: ServerResponse) => void]>([
  ['ends the stream', (response) => response.writeHead(200).end()],
  ['ends it within the first line', (response) => response.writeHead(200).end('h')],
  [
    'dies',
    (response) => {
      response.writeHead(200).flushHeaders()
      setImmediate(() => response.destroy())
    },
  ],
])('an agent that %s before the hold has begun is gone, and nobody waits for it', async (_, answer) => {
  await expect(holdAnswered(answer)).rejects.toMatchObject({ code: 'agent-gone' })
})

test('who lets go before it has begun is told so', async () => {
  const over = new AbortController()
  const held = holdAnswered((response) => {
    response.writeHead(200).flushHeaders()
    setImmediate(() => over.abort(new Error('over')))
  }, over.signal)
  await expect(held).rejects.toThrow()
})
