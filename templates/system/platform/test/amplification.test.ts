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

/** So that only what the callee answers counts, and not how busy the machine is. */
const patient = { attemptTimeoutMs: 10_000, deadlineMs: 20_000 }

const relay = (isEdge: boolean): ServiceDefinition<Record<never, never>, 'next'> => ({
  isEdge,
  deadlineMs: 20_000,
  callees: { next: patient },
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

const lanes = 20

/**
 * Requests at an even pace, whatever the answers; resolves when the last is answered. At most one a lane is under way:
 * what a machine that stood still is late with must not arrive all at once, and be turned away by the bulkheads.
 */
async function ask(url: string, requests: number): Promise<{ statuses: number[]; seconds: number }> {
  const started = performance.now()
  const statuses: number[] = []
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let index = lane; index < requests; index += lanes) {
        await sleep(Math.max(0, started + index * 4 - performance.now()))
        const answer = await fetch(`${url}/work`)
        await answer.arrayBuffer()
        statuses.push(answer.status)
      }
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
    const answered = statuses.filter((status) => status === 200).length
    if (share === '30 %') assert.ok(answered > 350 * 0.9, `${answered} of 500 were answered`)
  })
}
