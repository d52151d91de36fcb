// A fleet is found by its record, wherever its folder went.

import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAlive } from '../../src/adapters/process-identity.ts'
import { readAgentRecord } from '../../src/adapters/agent-record.ts'
import { connectAgent, findAgent, findAgentToEnd } from '../../src/runtime/agent-client.ts'
import { serviceOf, trialSystem } from '../fixtures/trial-system.ts'

describe('a fleet is found by its record', () => {
  test('from an environment with another XDG_RUNTIME_DIR', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    await trial.up()
    const before = process.env['XDG_RUNTIME_DIR']
    const other = mkdtempSync(join(tmpdir(), 'msvc-run-'))
    process.env['XDG_RUNTIME_DIR'] = other
    try {
      const agent = await connectAgent(trial.root)
      expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready' })
      await agent.stop()
    } finally {
      if (before === undefined) delete process.env['XDG_RUNTIME_DIR']
      else process.env['XDG_RUNTIME_DIR'] = before
      rmSync(other, { recursive: true })
    }
    expect(readAgentRecord(trial.root)).toBeUndefined()
  })

  test('after its folder was moved: every command says so, and it can be ended', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    await trial.up()
    const { pid, processes } = readAgentRecord(trial.root)!
    const moved = `${trial.root}-moved`
    renameSync(trial.root, moved)
    try {
      await expect(connectAgent(moved)).rejects.toMatchObject({
        code: 'fleet-astray',
        data: { pid, why: `it was started as ${trial.root}, and moved since` },
      })
      const agent = await findAgentToEnd(moved)
      await agent!.stop()
      expect(processes.filter(isAlive)).toEqual([])
      expect(readAgentRecord(moved)).toBeUndefined()
      expect(existsSync(trial.root)).toBe(false)
    } finally {
      renameSync(moved, trial.root)
    }
  })

  test('in the folder that it runs in, not in a copy of it', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const copy = `${trial.root}-copy`
    cpSync(trial.root, copy, { recursive: true })
    try {
      expect(await findAgentToEnd(copy)).toBeUndefined()
      expect(readAgentRecord(copy)).toBeUndefined()
      expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready' })
    } finally {
      rmSync(copy, { recursive: true })
    }
  })

  test('after its record was removed: every command says so, and it can be ended', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const { pid } = (await agent.status()).agent
    rmSync(join(trial.root, '.msvc', 'agent.json'))
    await expect(trial.up()).rejects.toMatchObject({ code: 'fleet-astray', data: { pid } })
    await (await findAgentToEnd(trial.root))!.stop()
    expect(await findAgent(trial.root)).toBeUndefined()
    expect((await trial.up()).kind).toBe('started')
  })
})
