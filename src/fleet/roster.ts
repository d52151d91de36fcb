// The members of the fleet as they are now, by which plan each runs, and what a user is told of it.
//
// A member is replaced, never changed.

import type { Clock } from '../ports.ts'
import type { ServiceStatus } from '../system/agent-api.ts'
import type { ServicePlan } from './launch-plan.ts'
import { newMember, processOf, stateOf, type Member } from './member.ts'

/** Whoever names a service that is not of this fleet has a bug: all of these throw. */
export interface Roster {
  member(service: string): Member
  change(service: string, change: Partial<Member>): void
  plan(service: string): ServicePlan
  /** Its processes are of another plan from now on. */
  replan(service: string, plan: ServicePlan): void
  status(service: string): ServiceStatus
  /** In the order of the plans. */
  services(): string[]
}

export function openRoster(plans: readonly ServicePlan[], clock: Pick<Clock, 'now'>): Roster {
  const planOf = new Map(plans.map((plan) => [plan.name, plan]))
  const members = new Map(plans.map(({ name }) => [name, newMember(name)]))
  const since = new Map(plans.map(({ name }) => [name, clock.now()]))

  const member = (service: string): Member => members.get(service) ?? stranger(service)
  const plan = (service: string): ServicePlan => planOf.get(service) ?? stranger(service)

  return {
    member,
    plan,
    change(service, change) {
      const before = member(service)
      const after = { ...before, ...change }
      members.set(service, after)
      if (stateOf(before).state !== stateOf(after).state) since.set(service, clock.now())
    },
    replan: (service, next) => void planOf.set(service, next),
    status(service) {
      const { url, port, adminPort } = plan(service)
      const now = member(service)
      return {
        name: service,
        ...stateOf(now),
        pid: processOf(now)?.pid ?? null,
        url,
        port,
        adminPort,
        restarts: Math.max(0, now.starts - 1),
        since: since.get(service) ?? 0,
      }
    },
    services: () => [...members.keys()],
  }
}

function stranger(service: string): never {
  throw new Error(`${service} is not of this fleet`)
}
