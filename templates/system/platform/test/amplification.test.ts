// Retries must not turn one request into many: three real services in a row, and a callee at the end that
// counts what reaches it.
//
//   requests ─▶ first (edge) ─▶ second ─▶ third ─▶ counted callee, which fails some or all
//
// Only the first may repeat a call, and only within its budget: 10 % of its calls and one a second.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { runForTest, runStandIn, type StandInAnswer } from '../src/testing.ts'
import type { ServiceDefinition } from '../src/service.ts'

const relay = (isEdge: boolean): ServiceDefinition<Record<never, never>, 'next'> => ({
  isEdge,
  callees: { next: {} },
  build({ app, callee }) {
    app.get('/work', async (_, reply) => {
      const result = await callee('next').call({ method: 'GET', path: '/work' })
      return reply.code(result.kind === 'answered' ? result.status : 503).send({})
    })
  },
})

async function threeHops(t: TestContext, answer: (nth: number) => StandInAnswer) {
  const reached = { count: 0 }
  const end = await runStandIn(t, ({ path }) =>
    path === '/work' ? answer(reached.count++) : { status: 503 },
  )
  let url = end.url
  for (const name of ['third', 'second', 'first']) {
    const service = await runForTest(t, relay(name === 'first'), { SERVICE_NAME: name, NEXT_URL: url })
    url = service.url
  }
  return { url, reached }
}

/** Requests at an even pace, whatever the answers; resolves when the last is answered. */
async function ask(url: string, requests: number): Promise<{ statuses: number[]; seconds: number }> {
  const started = performance.now()
  const statuses = await Promise.all(
    Array.from({ length: requests }, async (_, index) => {
      await sleep(index * 4)
      const answer = await fetch(`${url}/work`)
      await answer.arrayBuffer()
      return answer.status
    }),
  )
  return { statuses, seconds: (performance.now() - started) / 1000 }
}

for (const { share, isFailing } of [
  { share: '100 %', isFailing: () => true },
  { share: '30 %', isFailing: (nth: number) => nth % 10 < 3 },
]) {
  test(`with ${share} failures at the end of three hops, at most 1.1 × and 1 a second arrive there`, async (t) => {
    const { url, reached } = await threeHops(t, (nth) => ({ status: isFailing(nth) ? 500 : 200 }))
    const { statuses, seconds } = await ask(url, 500)
    assert.equal(statuses.length, 500)
    assert.ok(reached.count > 0)
    assert.ok(reached.count <= 1.1 * 500 + seconds + 1, `${reached.count} arrived for 500 requests`)
    if (share === '30 %') assert.ok(statuses.filter((status) => status === 200).length > 350 * 0.9)
  })
}
