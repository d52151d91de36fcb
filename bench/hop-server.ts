// The servers of the benches `hop` and `gateway`, each a process of its own: tells its URL, and its CPU time whenever asked.
//
//   load ─▶ ours │ request │ dispatch ─▶ leaf        (ours also ─▶ collector)
//
// All three answer the leaf's answer; ours with everything that the platform puts around it, the other two as one
// writes it with Fastify and undici alone: with undici's `request`, and with its leaner `dispatch`.

import { fastify } from 'fastify'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { runService } from '../templates/system/platform/src/service.ts'

const [kind = '', nextUrl = ''] = process.argv.slice(2)
const order = JSON.stringify({
  id: '0f1b9a52-6f0a-4ad5-9a3e-1d8f3b7c2e61',
  status: 'confirmed',
  sku: 'book',
  quantity: 1,
  amountCents: 1999,
  version: 2,
})

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuUs: user + system })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url: await started() })

function started(): Promise<string> {
  switch (kind) {
    case 'leaf':
      return plainServer(() => order)
    case 'collector':
      return plainServer(() => '{}')
    case 'order':
      return bareOrder()
    case 'ours':
      return ours()
    case 'request':
      return bare(async (path) => {
        const { statusCode, body } = await pool.request({ method: 'GET', path })
        return { status: statusCode, text: await body.text() }
      })
    case 'dispatch':
      return bare(dispatched)
    default:
      throw new Error(`no server ${kind}`)
  }
}

async function ours(): Promise<string> {
  const service = await runService(
    {
      callees: { leaf: {} },
      build({ app, callee }) {
        const leaf = callee('leaf')
        app.get('/orders/:id', async (request, reply) => {
          const result = await leaf.call({ method: 'GET', path: request.url })
          if (result.kind !== 'answered') return reply.code(503).send()
          return reply.code(result.status).type('application/json').send(result.body)
        })
      },
    },
    { ...process.env, SERVICE_NAME: 'ours', LEAF_URL: nextUrl },
  )
  return service.url
}

const pool = new Pool(nextUrl || 'http://127.0.0.1:1', { connections: 64 })

async function bare(ask: (path: string) => Promise<{ status: number; text: string }>): Promise<string> {
  const app = fastify({ logger: false })
  app.get('/orders/:id', async (request, reply) => {
    const { status, text } = await ask(request.url)
    return reply.code(status).type('application/json').send(text)
  })
  return app.listen({ host: '127.0.0.1', port: 0 })
}

async function bareOrder(): Promise<string> {
  const app = fastify({ logger: false })
  const answer = JSON.parse(order) as Record<string, unknown>
  app.get('/orders/:id', (request) => ({ ...answer, id: (request.params as { id: string }).id }))
  return app.listen({ host: '127.0.0.1', port: 0 })
}

function dispatched(path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let status = 0
    pool.dispatch(
      { method: 'GET', path },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode
        },
        onResponseData: (_controller, chunk) => void chunks.push(chunk),
        onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString() }),
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })
}

async function plainServer(answer: () => string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
