// What the end of a service's process means: it was asked for, or it is a crash that counts. Pure.

import type { ProcessExit } from '../ports.ts'
import { decide } from './decide.ts'
import type { Member } from './member.ts'
import type { RestartPolicy } from './restart-policy.ts'

export interface AfterExit {
  /** What changes of the member. */
  seen: Partial<Member>
  /** `restartInMs` is absent when it is not started again by itself. */
  told: { expected: boolean; restartInMs?: number }
}

/** @param at.now the clock's monotonic milliseconds */
export function afterExit(
  member: Member,
  exit: ProcessExit,
  at: { now: number; policy: RestartPolicy },
): AfterExit {
  const { desired, observed, crashes } = member
  const isAskedFor = desired.kind !== 'running' || observed.kind === 'stopping' || observed.kind === 'ending'
  if (isAskedFor) return { seen: { observed: { kind: 'absent' } }, told: { expected: true } }

  const { now, policy } = at
  const recent = crashes.filter((crashedAt) => crashedAt > now - policy.withinMs)
  const seen = { observed: { kind: 'exited', exit }, crashes: [...recent, now] } satisfies Partial<Member>
  const next = decide({ ...member, ...seen }, now, policy)
  const restart = next.kind === 'back-off' ? { restartInMs: next.delayMs } : {}
  return { seen, told: { expected: false, ...restart } }
}
