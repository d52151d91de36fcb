import { describe, expect, test } from 'vitest'
import { decide, type Step } from '../../src/fleet/decide.ts'
import { newMember, stateOf, type Desired, type Observed } from '../../src/fleet/member.ts'
import { defaultRestartPolicy } from '../../src/fleet/restart-policy.ts'

const now = 10_000
const process = { pid: 4711, startTime: '1' }
const exit = { code: 1, signal: null }
const running: Desired = { kind: 'running' }
const stopped: Desired = { kind: 'stopped' }
const held: Desired = { kind: 'held', by: 'f1' }
const backingOff = (until: number): Observed => ({ kind: 'backing-off', until, delayMs: 250, exit })
const stopping = (killAt: number): Observed => ({ kind: 'stopping', process, killAt })

interface Row {
  says: string
  desired: Desired
  observed: Observed
  crashes?: number[]
  step: Step
}

const rows: Row[] = [
  {
    says: 'start what is wanted and absent',
    desired: running,
    observed: { kind: 'absent' },
    step: { kind: 'start' },
  },
  {
    says: 'leave a starting one alone',
    desired: running,
    observed: { kind: 'starting', process, since: 0 },
    step: { kind: 'rest' },
  },
  {
    says: 'leave an unready one alone',
    desired: running,
    observed: { kind: 'unready', process, reason: '503' },
    step: { kind: 'rest' },
  },
  {
    says: 'back off after an exit',
    desired: running,
    observed: { kind: 'exited', exit },
    crashes: [now],
    step: { kind: 'back-off', delayMs: 250, attempt: 1 },
  },
  {
    says: 'give up on a crash loop',
    desired: running,
    observed: { kind: 'exited', exit },
    crashes: [1, 2, 3, 4, 5],
    step: { kind: 'give-up', exits: 5, withinMs: 4 },
  },
  {
    says: 'wait while backing off',
    desired: running,
    observed: backingOff(now + 1),
    step: { kind: 'wait', until: now + 1 },
  },
  {
    says: 'start when the back-off is over',
    desired: running,
    observed: backingOff(now),
    step: { kind: 'start' },
  },
  {
    says: 'never start a crash loop again',
    desired: running,
    observed: { kind: 'crash-looped', exit, lastLine: 'no such table' },
    step: { kind: 'rest' },
  },
  {
    says: 'let one that is restarted go first',
    desired: running,
    observed: stopping(now + 5),
    step: { kind: 'wait', until: now + 5 },
  },
  {
    says: 'kill one that is restarted and deaf',
    desired: running,
    observed: stopping(now),
    step: { kind: 'kill', process },
  },
  {
    says: 'stop what is not wanted',
    desired: stopped,
    observed: { kind: 'ready', process },
    step: { kind: 'stop', process },
  },
  {
    says: 'stop one that only starts',
    desired: stopped,
    observed: { kind: 'starting', process, since: 0 },
    step: { kind: 'stop', process },
  },
  {
    says: 'give it time to stop',
    desired: stopped,
    observed: stopping(now + 5),
    step: { kind: 'wait', until: now + 5 },
  },
  {
    says: 'kill it when its time is over',
    desired: stopped,
    observed: stopping(now),
    step: { kind: 'kill', process },
  },
  { says: 'not kill twice', desired: stopped, observed: { kind: 'ending', process }, step: { kind: 'rest' } },
  {
    says: 'forget a back-off when stopped',
    desired: stopped,
    observed: backingOff(now),
    step: { kind: 'settle' },
  },
  {
    says: 'forget a crash loop when stopped',
    desired: stopped,
    observed: { kind: 'crash-looped', exit, lastLine: 'no such table' },
    step: { kind: 'settle' },
  },
  {
    says: 'leave a held one to its fault',
    desired: held,
    observed: { kind: 'ready', process },
    step: { kind: 'rest' },
  },
  { says: 'not start a held one', desired: held, observed: { kind: 'absent' }, step: { kind: 'rest' } },
  {
    says: 'not back off for a held one',
    desired: held,
    observed: { kind: 'exited', exit },
    step: { kind: 'settle' },
  },
]

describe('decide', () => {
  test.for(rows)('$says', ({ desired, observed, crashes = [], step }) => {
    const member = { ...newMember('payment'), desired, observed, crashes }
    expect(decide(member, now, defaultRestartPolicy)).toEqual(step)
  })
})

describe('what a user is told', () => {
  test.for([
    {
      desired: held,
      observed: { kind: 'absent' } as Observed,
      told: { state: 'held', detail: 'kept down by fault f1' },
    },
    { desired: stopped, observed: { kind: 'absent' } as Observed, told: { state: 'stopped', detail: null } },
    {
      desired: running,
      observed: { kind: 'crash-looped', exit, lastLine: 'no such table' } as Observed,
      told: { state: 'crash-looped', detail: 'exit code 1, not started again; its last line: no such table' },
    },
    {
      desired: running,
      observed: { kind: 'unready', process, reason: '/readyz answered 503' } as Observed,
      told: { state: 'unready', detail: '/readyz answered 503' },
    },
  ])('$told.state', ({ desired, observed, told }) => {
    expect(stateOf({ ...newMember('payment'), desired, observed })).toEqual(told)
  })
})
