// Takes requests for faults, keeps their leases, and heals them: when the lease ends, when asked to,
// when all is halted, and when the fleet stops. Whoever asked for a fault may be long gone.

import { errors } from '../errors.ts'
import type { EventData, EventDraft, HealedBy } from '../events.ts'
import type { Clock } from '../ports.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import { suggest } from '../system/suggest.ts'
import type { FaultKind, FleetUnderFault, PreparedFault } from './fault.ts'
import { leaseMs } from './lease.ts'
import { withinTime } from './time-limit.ts'

const biteWithinMs = 5000
const healWithinMs = 60_000

export interface FaultRequest {
  kind: string
  target: string
  forMs?: number | undefined
}

export interface FaultDesk {
  /** Resolves once the fault was seen to bite. */
  request(request: FaultRequest): Promise<FaultStatus>
  /** Newest first. */
  list(): FaultStatus[]
  /** Resolves when it is whole again, or cannot be made so (state `failed`). */
  heal(id: string, by: HealedBy): Promise<FaultStatus>
  healAll(by: HealedBy): Promise<FaultStatus[]>
  /** The fleet goes down: the leases end with it, nothing is started again. */
  close(): void
}

export interface FaultDeskParts {
  kinds: FaultKind[]
  /** Names that can be broken, for suggestions. */
  services: string[]
  fleet: FleetUnderFault
  clock: Clock
  isHalted(): boolean
  publish(event: EventDraft): void
  /** Returns when the event is on the disk itself. */
  publishDurably(event: EventDraft): void
}

interface Fault {
  status: FaultStatus
  prepared: PreparedFault
  claims: string[]
  /** Settles when it bit, or was undone because it did not; healing waits for it. */
  applying: Promise<void>
  /** Its undo is not done yet: it may still be in force, so its claims stand. */
  isUnhealed: boolean
  appliedAtMs: number
  lease: AbortController
  healing: Promise<FaultStatus> | undefined
}

export function openFaultDesk(parts: FaultDeskParts): FaultDesk {
  const { kinds, services, fleet, clock, publish, publishDurably } = parts
  const faults = new Map<string, Fault>()

  async function request({ kind, target, forMs }: FaultRequest): Promise<FaultStatus> {
    const known = kinds.find((one) => one.kind === kind)
    if (known === undefined) {
      throw errors.badValue('a fault', kind, `one of ${kinds.map((one) => one.kind).join(', ')}`)
    }
    if (!services.includes(target)) {
      throw errors.unknownService(target, services, suggest(target, services))
    }
    if (parts.isHalted()) throw errors.faultsHalted()
    const id = `f${faults.size + 1}`
    const length = leaseMs(forMs, known.defaultLeaseMs)
    const claims = known.claims(target)
    refuseConflict({ kind, target }, claims)
    const prepared = known.prepare({ id, target, fleet })
    const requestedAt = clock.now()
    const fault: Fault = {
      status: {
        id,
        kind,
        target,
        state: 'applying',
        requestedAt,
        expiresAt: requestedAt + length,
        healedAt: null,
        detail: null,
      },
      prepared,
      claims,
      applying: Promise.resolve(),
      isUnhealed: true,
      appliedAtMs: clock.monotonicMs(),
      lease: new AbortController(),
      healing: undefined,
    }
    faults.set(id, fault)
    publishDurably(
      draft(fault, 'fault.requested', { kind, target, leaseMs: length, expiresAt: fault.status.expiresAt }),
    )
    const applying = applyAndSeeItBite(fault)
    fault.applying = applying.catch(() => {}) // told to the one who asked, below
    await applying
    void endLease(fault, length)
    return fault.status
  }

  function refuseConflict(wanted: { kind: string; target: string }, claims: string[]): void {
    for (const other of faults.values()) {
      const over = claims.find((claim) => other.isUnhealed && other.claims.includes(claim))
      if (over !== undefined) throw errors.faultsConflict(wanted, other.status, over)
    }
  }

  async function applyAndSeeItBite(fault: Fault): Promise<void> {
    const { kind, target } = fault.status
    const startedAt = clock.monotonicMs()
    try {
      const applied = await fault.prepared.apply()
      fault.appliedAtMs = clock.monotonicMs()
      const { pids } = applied
      tell(fault, 'fault.applied', { kind, target, pids, afterMs: fault.appliedAtMs - startedAt })
      fault.status = { ...fault.status, state: 'active' }
      const evidence = await withinTime(clock, biteWithinMs, (signal) => applied.bite(signal))
      tell(fault, 'fault.bit', { kind, target, evidence, afterMs: clock.monotonicMs() - fault.appliedAtMs })
      fault.status = { ...fault.status, detail: evidence }
    } catch (error) {
      // It did not do what it says: undo what it may have done, and say so.
      fail(fault, `it did not bite: ${reasonOf(error)}`)
      try {
        await withinTime(clock, healWithinMs, (signal) => fault.prepared.undo(signal))
        fault.isUnhealed = false
      } catch (undoError) {
        fail(fault, `it did not bite, and could not be healed: ${reasonOf(undoError)}`)
      }
      throw error
    }
  }

  async function endLease(fault: Fault, lengthMs: number): Promise<void> {
    const spent = clock.now() - fault.status.requestedAt
    try {
      await clock.sleep(Math.max(0, lengthMs - spent), fault.lease.signal)
    } catch {
      return // healed earlier
    }
    await heal(fault.status.id, 'lease')
  }

  async function heal(id: string, by: HealedBy): Promise<FaultStatus> {
    const fault = faults.get(id)
    if (fault === undefined) throw errors.unknownFault(id, [...faults.keys()])
    if (!fault.isUnhealed) return fault.status
    fault.healing ??= undo(fault, by).finally(() => {
      fault.healing = undefined
    })
    return fault.healing
  }

  async function undo(fault: Fault, by: HealedBy): Promise<FaultStatus> {
    fault.lease.abort()
    await fault.applying // an undo beside its own apply could leave either of them
    if (!fault.isUnhealed) return fault.status
    fault.status = { ...fault.status, state: 'healing' }
    try {
      await withinTime(clock, healWithinMs, (signal) => fault.prepared.undo(signal))
      markHealed(fault, by)
    } catch (error) {
      fail(fault, `it could not be healed: ${reasonOf(error)}`)
    }
    return fault.status
  }

  function markHealed(fault: Fault, by: HealedBy): void {
    fault.isUnhealed = false
    const { kind, target } = fault.status
    fault.status = { ...fault.status, state: 'healed', healedAt: clock.now() }
    tell(fault, 'fault.healed', { kind, target, by, afterMs: clock.monotonicMs() - fault.appliedAtMs })
  }

  function fail(fault: Fault, reason: string): void {
    const { kind, target } = fault.status
    fault.status = { ...fault.status, state: 'failed', detail: reason }
    tell(fault, 'fault.failed', { kind, target, reason })
  }

  type FaultEvent = Extract<EventDraft['type'], `fault.${string}`>
  const draft = <T extends FaultEvent>({ status }: Fault, type: T, data: EventData[T]): EventDraft =>
    ({ at: clock.now(), source: 'agent', type, subject: `fault:${status.id}`, data }) as EventDraft
  const tell = <T extends FaultEvent>(fault: Fault, type: T, data: EventData[T]): void =>
    publish(draft(fault, type, data))

  const list = (): FaultStatus[] => [...faults.values()].map(({ status }) => status).toReversed()
  const isOpen = ({ state }: FaultStatus): boolean => state !== 'healed' && state !== 'failed'

  return {
    request,
    list,
    heal,
    healAll: (by) =>
      Promise.all(
        [...faults.values()]
          .filter(({ isUnhealed }) => isUnhealed)
          .toReversed()
          .map(({ status }) => heal(status.id, by)),
      ),
    close() {
      for (const fault of faults.values()) {
        fault.lease.abort()
        if (isOpen(fault.status)) markHealed(fault, 'stop')
      }
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
