import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { startGuard } from '../../src/adapters/guard.ts'
import { isAlive, ownIdentity, signalGroup, startTimeOf } from '../../src/adapters/process-identity.ts'
import { guardedProcesses } from '../../src/adapters/processes.ts'
import type { Output } from '../../src/ports.ts'
import { eventually } from '../fixtures/trial-system.ts'

const launch = (script: string) => ({
  argv: ['sh', '-c', script],
  cwd: tmpdir(),
  env: { PATH: process.env['PATH'] ?? '' },
})
const noOutput = (): void => {}

test('a process is known by pid and start time', () => {
  const own = ownIdentity()
  expect(isAlive(own)).toBe(true)
  expect(isAlive({ ...own, startTime: '1' })).toBe(false)
})

test('a process that is only waited for counts as gone', async () => {
  const child = spawn('sleep', ['30'])
  const startTime = startTimeOf(child.pid!)!
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAlive({ pid: child.pid!, startTime })).toBe(false)
})

test.for([0, 1, -1])('pid %i is never signalled', (pid) => {
  expect(signalGroup({ pid, startTime: startTimeOf(1) ?? '' }, 0)).toBe(false)
})

test('a group whose number was given to others is left alone', async () => {
  await using guard = await startGuard()
  const { spawn: start, signalGroup: signal } = guardedProcesses(guard)
  const child = start(launch('sleep 30'), noOutput)
  expect(signal({ pid: child.pid, startTime: '1' }, 'SIGKILL')).toBe(false)
  expect(isAlive(child)).toBe(true)
  expect(signal(child, 'SIGKILL')).toBe(true)
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' })
})

test('output comes in lines, also the last one without its end', async () => {
  await using guard = await startGuard()
  const seen: Output[] = []
  const child = guardedProcesses(guard).spawn(launch('echo one; printf two; echo bad >&2'), (lines) => {
    seen.push(...lines)
  })
  expect(await child.exited).toEqual({ code: 0, signal: null })
  const lines = await eventually('three lines', () => seen.length === 3 && seen)
  expect(lines.map(({ stream, line }) => `${stream} ${line}`).toSorted()).toEqual([
    'stderr bad',
    'stdout one',
    'stdout two',
  ])
})

test('a program that is not there ends with 127, in a folder that is not there with nothing', async () => {
  await using guard = await startGuard()
  const { spawn: start } = guardedProcesses(guard)
  expect(await start({ ...launch(''), argv: ['no-such-program'] }, noOutput).exited).toEqual({
    code: 127,
    signal: null,
  })
  expect(await start({ ...launch('true'), cwd: '/no/such/folder' }, noOutput).exited).toEqual({
    code: null,
    signal: null,
  })
})

test('what a service leaves behind in its group goes with it', async () => {
  await using guard = await startGuard()
  const seen: Output[] = []
  const child = guardedProcesses(guard).spawn(launch('sleep 30 & echo $!; exit 0'), (lines) => {
    seen.push(...lines)
  })
  await child.exited
  const left = await eventually('its pid', () => seen[0] && Number(seen[0].line))
  await eventually('the end of what it left', () => startTimeOf(left) === undefined || isZombie(left))
})

test('when the agent is gone, the guard ends all groups, the deaf and the stopped ones too', async () => {
  await using guard = await startGuard()
  const { spawn: start } = guardedProcesses(guard)
  const polite = start(launch('sleep 30'), noOutput)
  const deaf = start(launch("trap '' TERM; while :; do sleep 0.1; done"), noOutput)
  const stopped = start(launch('kill -s STOP $$; sleep 30'), noOutput)
  const gone = start(launch('true'), noOutput)
  await gone.exited
  const began = performance.now()
  guard.pipe().destroy() // as the kernel does it for a killed agent
  const exits = await Promise.all([polite, deaf, stopped].map(({ exited }) => exited))
  expect(exits.map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGKILL', 'SIGTERM'])
  expect(performance.now() - began).toBeLessThan(1500)
})

test('a guard that dies is replaced by one that knows the fleet', async () => {
  await using guard = await startGuard()
  const { spawn: start } = guardedProcesses(guard)
  const early = start(launch('sleep 30'), noOutput)
  const first = guard.pid()!
  process.kill(first, 'SIGKILL')
  await eventually('a new guard', () => guard.pid() !== first)
  const late = start(launch('sleep 30'), noOutput)
  guard.pipe().destroy()
  const exits = await Promise.all([early, late].map(({ exited }) => exited))
  expect(exits.map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGTERM'])
})

const isZombie = (pid: number): boolean => !isAlive({ pid, startTime: startTimeOf(pid) ?? '' })
