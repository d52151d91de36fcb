// What would make `msvc up` fail is said before anything is started.

import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { freePorts } from '../../src/adapters/ports-free.ts'
import { trialSystem } from '../fixtures/trial-system.ts'

describe('what is wrong is said before anything is started', () => {
  test('a port that is taken', async () => {
    const [port] = await freePorts(1)
    await using server = createServer()
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    await using trial = trialSystem({ order: { runs: 'ok', port: port! } })
    await expect(trial.up()).rejects.toMatchObject({ code: 'port-taken', data: { service: 'order', port } })
    expect(existsSync(join(trial.root, '.msvc'))).toBe(false)
  })

  test('a folder that is missing', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    rmSync(join(trial.root, 'service'), { recursive: true })
    await expect(trial.up()).rejects.toMatchObject({ code: 'service-folder-missing' })
  })

  test('dependencies that are not installed', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const manifest = JSON.stringify({ dependencies: { 'left-pad-of-msvc': '1' } })
    writeFileSync(join(trial.root, 'service', 'package.json'), manifest)
    await expect(trial.up()).rejects.toMatchObject({
      code: 'dependencies-missing',
      next: expect.stringContaining('npm install'),
    })
  })
})
