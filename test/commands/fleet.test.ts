// The commands as a user types them, from a folder below the system's.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectAgent } from '../../src/runtime/agent-client.ts'
import { readAgentRecord } from '../../src/adapters/agent-record.ts'
import { isAlive } from '../../src/adapters/process-identity.ts'
import type { FaultStatus, FleetStatus } from '../../src/system/agent-api.ts'
import { eventually, trialSystem } from '../fixtures/trial-system.ts'
import { msvc, startMsvc } from '../fixtures/typed-msvc.ts'

test('up -d, status, kill, heal, logs, restart, down', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({
    gateway: { runs: 'ok', dependsOn: ['payment'] },
    payment: { runs: 'ok' },
  })
  const here = join(trial.root, 'service')

  const up = await msvc(here, 'up -d')
  expect(up).toMatchObject({ code: 0, stdout: expect.stringContaining('msvc chaos kill payment') })
  expect(up.stderr).toMatch(/payment ready after \d+ ms/)
  expect(await msvc(here, 'up -d')).toMatchObject({ code: 0, stderr: 'It is running already.\n' })
  expect(await msvc(here, 'up')).toMatchObject({ code: 0, stderr: 'It is running already.\n' })

  const status = JSON.parse((await msvc(here, 'status --json')).stdout) as FleetStatus
  expect(status.services.map(({ state }) => state)).toEqual(['ready', 'ready'])
  expect(await msvc(here, 'status')).toMatchObject({ code: 0, stderr: '' })

  const fault = JSON.parse((await msvc(here, 'chaos kill payment --for 1m --json')).stdout) as FaultStatus
  expect(fault).toMatchObject({ id: 'f1', state: 'active' })
  expect(Math.round(fault.expiresAt - fault.requestedAt)).toBe(60_000)
  expect(await msvc(here, 'chaos kill payment')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('conflicts with f1'),
  })
  expect(await msvc(here, 'chaos kill paymnet')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean payment?'),
  })
  expect(await msvc(here, 'chaos kill gateway --for 16m')).toMatchObject({ code: 2 })
  expect(await msvc(here, 'chaos status')).toMatchObject({
    stdout: expect.stringMatching(/f1 +kill +payment +active/),
  })
  expect(await msvc(here, 'chaos heal f1')).toMatchObject({
    code: 0,
    stdout: 'f1 (kill payment) healed; payment is ready.\n',
  })

  expect(await msvc(here, 'restart gateway')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^gateway is ready again \(pid \d+\)\.\n$/),
  })
  expect(await msvc(here, 'chaos halt')).toMatchObject({ code: 0 })
  expect(await msvc(here, 'chaos kill gateway')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('halted'),
  })
  expect(await msvc(here, 'chaos halt --lift')).toMatchObject({ code: 0 })

  expect(await msvc(here, 'down')).toMatchObject({ code: 0, stdout: 'Stopped trial: gateway, payment.\n' })
  expect(await msvc(here, 'down')).toMatchObject({ code: 0, stdout: 'Nothing was running.\n' })
  const logs = await msvc(here, 'logs payment --json')
  expect(JSON.parse(logs.stdout.split('\n')[0]!)).toMatchObject({ service: 'payment', stream: 'stdout' })
  expect(await msvc(here, 'status --json')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"code": "agent-not-running"'),
  })
})

test(
  'a service that is added while the fleet runs: new and up say how it starts',
  { tags: ['slow'] },
  async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    await trial.up()
    const made = JSON.parse((await msvc(trial.root, 'new service refunds --no-install --json')).stdout) as {
      next: string[]
    }
    expect(made.next.slice(-2)).toEqual(['msvc down', 'msvc up -d'])
    const up = await msvc(trial.root, 'up -d')
    expect(up).toMatchObject({ code: 0, stderr: expect.stringContaining('Not started: refunds, added to') })
    await msvc(trial.root, 'down')
    const again = JSON.parse((await msvc(trial.root, 'new service stock --no-install --json')).stdout) as {
      next: string[]
    }
    expect(again.next.slice(-2)).toEqual(['npm test --workspace services/stock', 'msvc up -d'])
  },
)

test('logs end when nobody reads them any more', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  const { agent } = await trial.up()
  const { child, said, ended } = startMsvc(trial.root, 'logs -f')
  await eventually('the first line', () => said.stdout.includes('listening'), 15_000)
  child.stdout.destroy() // as `head` does
  await agent.restart('order') // the next lines find the pipe closed
  expect((await ended).code).toBe(0)
})

test('a start that fails says why and leaves nothing', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({ order: { runs: 'ok' }, payment: { runs: 'crashing' } })
  const up = await msvc(trial.root, 'up -d')
  expect(up.code).toBe(1)
  expect(up.stderr).toContain(
    'payment did not become ready: it ended with code 3.\n  cannot read config: no such file',
  )
  expect(up.stderr).toContain('Next:  See all it wrote with `msvc logs payment`.')
  expect(await msvc(trial.root, 'status')).toMatchObject({ code: 1 })
})

test('up in the foreground shows the logs; one Ctrl-C ends it well', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  const { child, said, ended } = startMsvc(trial.root, 'up')
  await eventually(
    'the log',
    () => said.stdout.includes('order │ ') && said.stdout.includes('listening'),
    15_000,
  )
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 0, stdout: expect.stringContaining('draining') })
  expect(readAgentRecord(trial.root)).toBeUndefined()
})

test(
  'up in the foreground tells exits, restarts, faults, breakers and a crash loop',
  { tags: ['slow'] },
  async () => {
    await using trial = trialSystem({
      order: { runs: 'with-breaker', dependsOn: ['payment'] },
      payment: { runs: 'crash-on-demand' },
    })
    const { child, said, ended } = startMsvc(trial.root, 'up')
    const told = (what: RegExp) => eventually(String(what), () => what.test(said.stderr), 20_000)
    await eventually('the logs', () => said.stdout.includes('payment │'), 20_000)
    const agent = await connectAgent(trial.root)
    const urlOf = Object.fromEntries((await agent.status()).services.map(({ name, url }) => [name, url]))

    await fetch(`${urlOf['order']}/trip`)
    await told(/^msvc {4}│ \S+ breaker order → payment: closed → open/m)
    const { id } = await agent.fault({ kind: 'kill', target: 'order' })
    await agent.heal(id)
    await told(/│ \S+ kill order: pid \d+[^]*│ \S+ kill order healed \(command\)/)

    const data = join(trial.root, '.msvc', 'data', 'payment')
    await fetch(`${urlOf['payment']}/crash`).catch(() => {})
    await told(/payment ended by itself \(pid \d+, code 1\); starts again in 250ms/)
    await told(/payment starts again, try 1[^]*payment ready after \d+ ms/)
    writeFileSync(join(data, 'broken'), '')
    await fetch(`${urlOf['payment']}/crash`).catch(() => {})
    await told(/payment keeps crashing: 5 times; it is not started again\n[^]*\n +still broken/)
    child.kill('SIGINT')
    expect((await ended).code).toBe(0)
  },
)

test('a second signal ends even what is deaf, at once', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({ order: { runs: 'deaf' } })
  const { child, said, ended } = startMsvc(trial.root, 'up')
  await eventually('the log', () => said.stdout.includes('listening'), 15_000)
  child.kill('SIGINT')
  await eventually('the first answer', () => said.stderr.includes('Ctrl-C again'))
  const began = performance.now()
  child.kill('SIGTERM') // another SIGINT within 200 ms would be taken for the echo of the first
  expect((await ended).code).toBe(0)
  expect(performance.now() - began).toBeLessThan(3000)
})

test('a foreground up that is killed takes its fleet with it', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  const { child, said } = startMsvc(trial.root, 'up')
  await eventually('the log', () => said.stdout.includes('listening'), 15_000)
  const { processes } = readAgentRecord(trial.root)!
  child.kill('SIGKILL')
  await eventually('the end of the fleet', () => !processes.some(isAlive))
  await eventually('the end of the agent', () => readAgentRecord(trial.root) === undefined)
})

test(
  'an agent that was killed is said to be so, once, by whatever command comes next',
  { tags: ['slow'] },
  async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    await msvc(trial.root, 'up -d')
    const { pid, processes } = readAgentRecord(trial.root)!
    process.kill(pid, 'SIGKILL')
    await eventually('the end of the fleet', () => !processes.some(isAlive), 1000)
    const next = await msvc(trial.root, 'down')
    expect(next).toMatchObject({ code: 0, stdout: 'Nothing was running.\n' })
    expect(next.stderr).toMatch(
      /^msvc: the agent of .* \(pid \d+\) had ended without a goodbye; cleaned up: .*\n$/,
    )
    expect(await msvc(trial.root, 'down')).toMatchObject({ code: 0, stderr: '' })
  },
)

test('an agent that hangs is named', { tags: ['slow'] }, async () => {
  await using trial = trialSystem({ order: { runs: 'ok' } })
  await msvc(trial.root, 'up -d')
  const { pid } = readAgentRecord(trial.root)!
  process.kill(pid, 'SIGSTOP')
  const status = await msvc(trial.root, 'status')
  process.kill(pid, 'SIGCONT')
  expect(status).toMatchObject({ code: 1, stderr: expect.stringContaining(`kill -9 ${pid}`) })
})

test('outside a system every command says where it looked', { tags: ['slow'] }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'msvc-nowhere-'))
  for (const line of ['up -d', 'down', 'status', 'logs', 'restart x', 'chaos kill x', 'chaos halt']) {
    expect(await msvc(folder, line)).toMatchObject({ code: 2, stderr: expect.stringContaining(folder) })
  }
  rmSync(folder, { recursive: true })
})
