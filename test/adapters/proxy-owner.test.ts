import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { proxyOwner } from '../../src/adapters/proxy-owner.ts'
import { UserError } from '../../src/errors.ts'
import { temporaryFolder } from '../scaffold/temporary-folder.ts'

async function ownerOf(listener: RequestListener) {
  const folder = await temporaryFolder()
  const socketPath = join(folder.path, 'owner.sock')
  const server = createServer(listener).listen(socketPath)
  await once(server, 'listening')
  const owner = proxyOwner(socketPath)
  return {
    owner,
    async [Symbol.asyncDispose]() {
      owner.close()
      server.closeAllConnections()
      server.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('proxies that end in the middle of a question are told as such, with the next step', async () => {
  await using asked = await ownerOf((request) => request.socket.destroy())
  const trouble = await asked.owner.ask('GET', '/proxies').catch((error: unknown) => error)
  expect(trouble).toBeInstanceOf(UserError)
  expect(trouble).toMatchObject({ code: 'proxies-ended', next: expect.stringContaining('repeat it') })
})

test('proxies that are not there are told as such', async () => {
  await using folder = await temporaryFolder()
  const owner = proxyOwner(join(folder.path, 'nobody.sock'))
  await expect(owner.ask('GET', '/proxies')).rejects.toMatchObject({ code: 'proxies-ended' })
})

test('a refusal keeps its status and its reason', async () => {
  await using asked = await ownerOf((_request, response) => {
    response.writeHead(404).end('{"error":"toxic not found"}')
  })
  await expect(asked.owner.ask('DELETE', '/proxies/a/toxics/b')).rejects.toMatchObject({
    status: 404,
    message: 'toxic not found',
  })
})
