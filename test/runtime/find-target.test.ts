import { once } from 'node:events'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findTarget, urlTyped } from '../../src/runtime/find-target.ts'
import { runLoad } from '../../src/runtime/load.ts'

test.each([
  ['http://127.0.0.1:4000/a', 'http://127.0.0.1:4000/a'],
  ['HTTPS://a.example/', 'HTTPS://a.example/'],
  ['localhost:4000/x', 'http://localhost:4000/x'],
  ['127.0.0.1/x', 'http://127.0.0.1/x'],
  ['order', undefined],
  ['order/feed', undefined],
  [undefined, undefined],
])('%s as a URL: %s', (target, url) => expect(urlTyped(target)).toBe(url))

test.each([
  ['ftp://x/', 'msvc speaks http and https, not ftp'],
  ['ws://x', 'msvc speaks http and https, not ws'],
  ['git+ssh://x/y', 'msvc speaks http and https, not git+ssh'],
  ['http://x:99999/', 'it is no URL'],
])('%s is refused by its own name: %s', async (target, reason) => {
  await expect(findTarget({ target, from: tmpdir(), scenarioFile: undefined })).rejects.toMatchObject({
    code: 'target-invalid',
    message: `"${target}" cannot be loaded: ${reason}.`,
  })
})

test.each([
  [
    'http://ada:secret@x/a',
    'http://***@x/a',
    'credentials do not belong into a URL; use an authorization header',
  ],
  ['ftp://ada:secret@x/', 'ftp://***@x/', 'msvc speaks http and https, not ftp'],
  ['http://ada:se/cr@et@x y/', 'http://***@x y/', 'it is no URL'],
  ['ada:secret@x/a', 'http://***@x/a', 'credentials do not belong into a URL; use an authorization header'],
  ['ada@x:secret', 'http://***@x:secret', 'it is no URL'],
  [
    'ada:1secret@x.example:0',
    'http://***@x.example:0',
    'credentials do not belong into a URL; use an authorization header',
  ],
])('what may be a password in %s is not repeated', async (target, shown, reason) => {
  await expect(findTarget({ target, from: tmpdir(), scenarioFile: undefined })).rejects.toMatchObject({
    message: `"${shown}" cannot be loaded: ${reason}.`,
    data: { target: shown },
  })
})

test('the target of a file of requests may be typed without its scheme, as any other', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-target-'))
  await writeFile(join(folder.path, 'targets.txt'), 'GET http://a.example/x\n')
  const aim = { from: folder.path, scenarioFile: undefined, requestsFile: 'targets.txt' }
  const typed = await findTarget({ ...aim, target: '127.0.0.1:4000' })
  expect(typed.target).toMatchObject({ baseUrl: 'http://127.0.0.1:4000' })
  await expect(findTarget({ ...aim, target: 'order' })).rejects.toMatchObject({
    message: '"order" cannot be loaded: it is no URL, and there is no system here.',
  })
})

test('bodies of a file of requests go out byte by byte, whether they lie beside it or elsewhere', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-target-'))
  const body = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte))
  await mkdir(join(folder.path, 'lists'))
  await writeFile(join(folder.path, 'lists', 'body.bin'), body)
  const elsewhere = join(folder.path, 'lists', 'body.bin')
  const received: Buffer[] = []
  await using server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      received.push(Buffer.concat(pieces))
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const text = ['body.bin', elsewhere].map((path) => `POST ${url}\n@${path}\n`).join('\n')
  await writeFile(join(folder.path, 'lists', 'targets.txt'), text)
  const aim = { from: folder.path, target: undefined, scenarioFile: undefined }
  const { target } = await findTarget({ ...aim, requestsFile: 'lists/targets.txt' })
  const { outcomes } = await runLoad({ target, ratePerSecond: 20, durationMs: 200 })
  expect(outcomes).toEqual({ ok: 4 })
  expect(received).toHaveLength(4)
  expect(received.every((bytes) => bytes.equals(body))).toBe(true)
  await writeFile(join(folder.path, 'lists', 'missing.txt'), `POST ${url}\n@nowhere.bin\n`)
  await expect(findTarget({ ...aim, requestsFile: 'lists/missing.txt' })).rejects.toMatchObject({
    code: 'file-missing',
  })
})
