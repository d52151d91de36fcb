// What services write: while the fleet runs, afterwards, and as it comes.

import { describe, expect, test } from 'vitest'
import { logLines } from '../../src/runtime/logs.ts'
import { trialSystem } from '../fixtures/trial-system.ts'

describe('logs', () => {
  test('are told by the agent while it runs and kept afterwards', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' }, payment: { runs: 'ok' } })
    const { agent } = await trial.up()
    const wish = { services: ['payment'], tail: 10, follow: false }
    const messages = async () => {
      const all: string[] = []
      for await (const { service, line } of await logLines(trial.root, wish)) {
        all.push(`${service} ${(JSON.parse(line) as { msg: string }).msg}`)
      }
      return all
    }
    expect(await messages()).toEqual(['payment listening'])
    await expect(
      logLines(trial.root, { ...wish, services: ['paymnet'] }).then((lines) =>
        lines[Symbol.asyncIterator]().next(),
      ),
    ).rejects.toMatchObject({
      code: 'unknown-service',
    })
    await agent.stop()
    expect(await messages()).toEqual(['payment listening', 'payment draining'])
    await expect(logLines(trial.root, { ...wish, follow: true })).rejects.toMatchObject({
      code: 'agent-not-running',
    })
  })

  test('are told by trace, from all that is kept', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' }, payment: { runs: 'traced' } })
    const { agent } = await trial.up()
    const linesOf = async (traceId: string) => {
      const all: string[] = []
      const wish = { services: [], tail: 0, follow: false, traceId }
      for await (const { service, line } of await logLines(trial.root, wish)) all.push(`${service} ${line}`)
      return all
    }
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    expect(await linesOf('4bf92f35')).toEqual([`payment {"msg":"served","trace_id":"${traceId}"}`])
    expect(await linesOf('aaaaaaaa')).toEqual([])
    await expect(linesOf('order-1')).rejects.toMatchObject({ code: 'bad-value' })
    await agent.stop()
    expect(await linesOf(traceId)).toHaveLength(1)
  })

  test('can be followed', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const lines = agent.logs({ tail: 0, follow: true })
    const told: unknown[] = []
    const followed = (async () => {
      for await (const { line } of lines) {
        told.push((JSON.parse(line) as { msg: unknown }).msg)
        if (told.length === 2) break
      }
    })()
    await agent.restart('order')
    await followed
    expect(new Set(told)).toEqual(new Set(['draining', 'listening'])) // the old process and the new one
  })
})
