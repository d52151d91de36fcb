// The command as typed: its addresses, its end, its complaints.

import { stripVTControlCharacters as plain } from 'node:util'
import { expect, test } from 'vitest'
import { freePorts } from '../../src/adapters/ports-free.ts'
import { echoServer, tcpClient } from '../fixtures/proxied.ts'
import { eventually } from '../fixtures/trial-system.ts'
import { startMsvc, type Said } from '../fixtures/typed-msvc.ts'

/** Types it; `whileRunning` is called once with what it says, then it is interrupted. */
async function type(args: string[], whileRunning?: (says: string) => Promise<void>): Promise<Said> {
  const { child, said, ended } = startMsvc(process.cwd(), ['chaos proxy', ...args].join(' '))
  if (whileRunning !== undefined) {
    try {
      await eventually('it is up', () => said.stderr.includes('Ctrl-C'), 20_000)
      await whileRunning(plain(said.stderr))
    } finally {
      child.kill('SIGINT')
    }
  }
  const { code, stdout, stderr } = await ended
  return { code, stdout: plain(stdout), stderr: plain(stderr) }
}

test('stands in front of something until Ctrl-C and tells what passed', async () => {
  await using echo = await echoServer()
  const [port] = await freePorts(1)
  const args = [
    '--api',
    `127.0.0.1:${port}`,
    '--upstream',
    `127.0.0.1:${echo.port}`,
    '--name',
    'redis',
    '--json',
  ]
  const { code, stdout } = await type(args, async (says) => {
    expect(says).toContain(`http://127.0.0.1:${port}`)
    const [, listen] = /redis: (\S+) →/.exec(says) ?? []
    const client = await tcpClient(listen!)
    client.socket.end('hello')
    await client.ended
    expect(client.received().toString()).toBe('hello')
    const answer = await fetch(`http://127.0.0.1:${port}/proxies/redis`)
    expect(await answer.json()).toMatchObject({ name: 'redis', listen, enabled: true })
  })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ proxies: [{ name: 'redis', connections: 1, bytes: 10 }] })
})

test('starts empty, with the API alone', async () => {
  const [port] = await freePorts(1)
  const { code, stdout } = await type(['--api', `127.0.0.1:${port}`], () => Promise.resolve())
  expect([code, stdout.trim()]).toEqual([0, 'Closed; no proxy was there at the end.'])
})

test.each([
  [['--api', 'nonsense'], 2, 'host:port'],
  [['--listen', '127.0.0.1:0'], 2, '--upstream'],
  [['--api', '0.0.0.0:0'], 2, '--allow-remote'],
  [['--api', '127.0.0.1:0', '--upstream', 'example.com:80'], 1, '--allow-remote'],
])('%j ends with %i', async (args, code, says) => {
  const typed = await type(args)
  expect([typed.code, typed.stderr]).toEqual([code, expect.stringContaining(says)])
})

test('a port that is taken is named', async () => {
  await using echo = await echoServer()
  const typed = await type(['--api', `127.0.0.1:${echo.port}`])
  expect(typed.code).toBe(1)
  expect(typed.stderr).toContain(`${echo.port}: bind: address already in use`)
})
