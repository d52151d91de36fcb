import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AgentAbsent, agentHttp } from '../../src/adapters/agent-http.ts'
import { serveAgent, type AgentRequest } from '../../src/adapters/agent-server.ts'
import { errors } from '../../src/errors.ts'

const root = mkdtempSync(join(tmpdir(), 'msvc-socket-'))
afterAll(() => rmSync(root, { recursive: true }))
const socketPath = (): string => join(mkdtempSync(join(root, 's-')), 'a.sock')

const echo = async (asked: AgentRequest) => ({
  kind: 'json' as const,
  status: 200,
  body: { ...asked, query: Object.fromEntries(asked.query) },
})

/** Status of a raw request with headers of its own. */
const statusOf = (path: string, headers: Record<string, string>, method = 'GET'): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ socketPath: path, method, agent: false, headers: { host: 'msvc', ...headers } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end(method === 'POST' ? '{}' : undefined)
  })

test('only its owner can open the socket', async () => {
  const path = socketPath()
  await using _ = await serveAgent(path, echo)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a request arrives with its path, query and body', async () => {
  const path = socketPath()
  await using _ = await serveAgent(path, echo)
  const asked = await agentHttp(path).ask({
    method: 'POST',
    path: '/faults/f%201/heal?now=1',
    body: { a: 1 },
  })
  expect(asked).toEqual({
    method: 'POST',
    segments: ['faults', 'f 1', 'heal'],
    query: { now: '1' },
    body: { a: 1 },
  })
})

test.for([
  { who: 'a page', headers: { origin: 'http://evil.example' }, status: 403 },
  { who: 'a browser', headers: { 'user-agent': 'Mozilla/5.0' }, status: 403 },
  { who: 'a rebound name', headers: { host: 'evil.example' }, status: 403 },
  {
    who: 'a form',
    headers: { 'content-type': 'text/plain', 'content-length': '2' },
    method: 'POST',
    status: 415,
  },
  { who: 'curl', headers: { host: 'localhost', 'user-agent': 'curl/8' }, status: 200 },
])('$who gets $status', async ({ headers, method, status }) => {
  const path = socketPath()
  await using _ = await serveAgent(path, echo)
  expect(await statusOf(path, headers as Record<string, string>, method)).toBe(status)
})

test('trouble of the user keeps its code, its next step and its data on the way', async () => {
  const path = socketPath()
  await using _ = await serveAgent(path, async () => {
    throw errors.unknownService('paymnet', ['payment'], 'payment')
  })
  await expect(agentHttp(path).ask({ path: '/' })).rejects.toMatchObject({
    code: 'unknown-service',
    next: 'Services: payment.',
    exitCode: 2,
    data: { suggestion: 'payment' },
  })
})

test('a bug is no trouble of the user', async () => {
  const path = socketPath()
  await using _ = await serveAgent(path, async () => {
    throw new TypeError('x is not a function')
  })
  await expect(agentHttp(path).ask({ path: '/' })).rejects.toThrow(/x is not a function/)
})

test('an agent that is not there is told apart from every other failure', async () => {
  await expect(agentHttp(socketPath()).ask({ path: '/' })).rejects.toBeInstanceOf(AgentAbsent)
})

test('a stream ends with all that it had to say when the server ends', async () => {
  const path = socketPath()
  const server = await serveAgent(path, async () => ({
    kind: 'stream',
    contentType: 'text/plain',
    async run(sink) {
      sink.write('first\n')
      await new Promise((resolve) => {
        sink.closed.addEventListener('abort', resolve)
      })
      sink.write('last\n')
    },
  }))
  const lines: string[] = []
  for await (const line of agentHttp(path).lines({ path: '/' })) {
    lines.push(line)
    if (line === 'first') void server[Symbol.asyncDispose]()
  }
  expect(lines).toEqual(['first', 'last'])
})
