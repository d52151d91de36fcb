// What to do next for one service, from what is wanted and what is seen. Level-triggered: asked again
// after every change, it gives the same answer for the same state, so nothing depends on the path
// that led there.

import type { ProcessIdentity } from '../ports.ts'
import type { Member } from './member.ts'
import { planRestart, type RestartPolicy } from './restart-policy.ts'

export type Step =
  | { kind: 'start' }
  | { kind: 'stop'; process: ProcessIdentity }
  | { kind: 'kill'; process: ProcessIdentity }
  | { kind: 'back-off'; delayMs: number; attempt: number }
  | { kind: 'give-up'; exits: number; withinMs: number }
  /** It ended and is to stay down. */
  | { kind: 'settle' }
  /** Ask again at that time. */
  | { kind: 'wait'; until: number }
  /** As wanted: ask again when something changes. */
  | { kind: 'rest' }

/** @param now the clock's monotonic milliseconds */
export function decide(member: Member, now: number, policy: RestartPolicy): Step {
  switch (member.desired.kind) {
    case 'running':
      return decideRunning(member, now, policy)
    case 'stopped':
      return decideStopped(member, now)
    case 'held':
      // The fault itself ends the process; all that is left to do is not to start it again.
      return isDown(member) ? { kind: 'settle' } : { kind: 'rest' }
  }
}

function decideRunning({ observed, crashes }: Member, now: number, policy: RestartPolicy): Step {
  switch (observed.kind) {
    case 'absent':
      return { kind: 'start' }
    case 'backing-off':
      return now >= observed.until ? { kind: 'start' } : { kind: 'wait', until: observed.until }
    case 'exited': {
      const restart = planRestart(crashes, policy)
      return restart.kind === 'after' ? { ...restart, kind: 'back-off' } : { ...restart, kind: 'give-up' }
    }
    case 'stopping': // wanted again before it had gone: let it go, then start
      return now >= observed.killAt
        ? { kind: 'kill', process: observed.process }
        : { kind: 'wait', until: observed.killAt }
    case 'starting':
    case 'ready':
    case 'unready':
    case 'ending':
    case 'crash-looped':
      return { kind: 'rest' }
  }
}

function decideStopped(member: Member, now: number): Step {
  const { observed } = member
  switch (observed.kind) {
    case 'starting':
    case 'ready':
    case 'unready':
      return { kind: 'stop', process: observed.process }
    case 'stopping':
      return now >= observed.killAt
        ? { kind: 'kill', process: observed.process }
        : { kind: 'wait', until: observed.killAt }
    case 'ending':
    case 'absent':
      return { kind: 'rest' }
    case 'exited':
    case 'backing-off':
    case 'crash-looped':
      return { kind: 'settle' }
  }
}

const isDown = ({ observed }: Member): boolean =>
  observed.kind === 'exited' || observed.kind === 'backing-off' || observed.kind === 'crash-looped'
