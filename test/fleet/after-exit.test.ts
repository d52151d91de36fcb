import { expect, test } from 'vitest'
import { afterExit } from '../../src/fleet/after-exit.ts'
import { newMember, type Member } from '../../src/fleet/member.ts'
import { defaultRestartPolicy as policy } from '../../src/fleet/restart-policy.ts'

const now = 100_000
const process = { pid: 4711, startTime: '1' }
const exit = { code: 1, signal: null }
const running: Member = {
  ...newMember('order'),
  desired: { kind: 'running' },
  observed: { kind: 'ready', process },
}
const after = (changes: Partial<Member>) => afterExit({ ...running, ...changes }, exit, { now, policy })

test.each<[string, Partial<Member>]>([
  ['stopped', { desired: { kind: 'stopped' } }],
  ['kept down by a fault', { desired: { kind: 'held', by: 'f1' } }],
  ['restarted', { observed: { kind: 'stopping', process, killAt: now } }],
  ['killed by its supervisor', { observed: { kind: 'ending', process } }],
])('the end of a service that is %s was asked for, and is no crash', (_, changes) => {
  expect(after(changes)).toEqual({ seen: { observed: { kind: 'absent' } }, told: { expected: true } })
})

test('any other end is a crash, and it is told when the service starts again', () => {
  expect(after({ crashes: [now - 1000] })).toEqual({
    seen: { observed: { kind: 'exited', exit }, crashes: [now - 1000, now] },
    told: { expected: false, restartInMs: 500 },
  })
})

test('a crash too many within the window is not followed by a start', () => {
  const crashes = [4, 3, 2, 1].map((ago) => now - ago)
  expect(after({ crashes }).told).toEqual({ expected: false })
})

test('a crash before the window is forgotten', () => {
  expect(after({ crashes: [now - policy.withinMs] }).seen.crashes).toEqual([now])
})
