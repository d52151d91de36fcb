// Takes requests for faults, keeps their leases, and heals them: when the lease ends, when asked to,
// when all is halted, and when the fleet stops. Whoever asked for a fault may be long gone.

import { errors, UserError } from '../errors.ts'
import type { EventData, EventDraft, HealedBy } from '../events.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import type { FaultRequest } from '../system/fault-declaration.ts'
import type { AppliedFault, PreparedFault } from './fault.ts'
import { takeOrder, type OrderParts } from './take-order.ts'
import { withinTime } from './time-limit.ts'

const biteWithinMs = 5000
const healWithinMs = 60_000

export interface FaultDesk {
  /**
   * Resolves once the fault was seen to bite; one that bites with traffic, once it is there. Rejects with a
   * UserError when it is refused, or did not bite: then it was undone first, or is said to be unhealed.
   */
  request(request: FaultRequest): Promise<FaultStatus>
  /** The request with its defaults filled in; nothing is set. Throws what `request` refuses. */
  check(request: FaultRequest): FaultRequest
  /** Newest first. */
  list(): FaultStatus[]
  /** The fault that has this for itself alone at the moment, such as `process of payment`. */
  claimedBy(claim: string): FaultStatus | undefined
  /** Resolves when it is whole again, or cannot be made so (state `failed`). Rejects for an unknown id only. */
  heal(id: string, by: HealedBy): Promise<FaultStatus>
  healAll(by: HealedBy): Promise<FaultStatus[]>
  /** Some are gone, and not by us: they end here and now, as failed. */
  lose(isLost: (fault: FaultStatus) => boolean, reason: string): void
  /** The fleet goes down: the leases end with it, nothing is started again. */
  close(): void
}

export interface FaultDeskParts extends OrderParts {
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
  const { clock, publish, publishDurably } = parts
  const faults = new Map<string, Fault>()

  const order = (asked: FaultRequest) =>
    takeOrder(asked, parts, {
      id: `f${faults.size + 1}`,
      unhealed: [...faults.values()].filter(({ isUnhealed }) => isUnhealed),
    })

  async function request(asked: FaultRequest): Promise<FaultStatus> {
    const { kind, target } = asked
    const { id, leaseMs, claims, settings, prepared } = order(asked)
    const requestedAt = clock.now()
    const fault: Fault = {
      status: {
        id,
        kind,
        target,
        ...settings,
        state: 'applying',
        requestedAt,
        expiresAt: requestedAt + leaseMs,
        bitAt: null,
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
    const { expiresAt } = fault.status
    publishDurably(draft(fault, 'fault.requested', { kind, target, leaseMs, expiresAt, settings }))
    const applying = applyAndSeeItBite(fault)
    fault.applying = applying.catch(() => {}) // told to the one who asked, below
    await applying
    void endLease(fault, leaseMs)
    return fault.status
  }

  async function applyAndSeeItBite(fault: Fault): Promise<void> {
    const { kind, target } = fault.status
    const startedAt = clock.monotonicMs()
    try {
      const applied = await fault.prepared.apply()
      if (!fault.isUnhealed) throw new Error(fault.status.detail ?? 'it was lost') // while it was being set
      fault.appliedAtMs = clock.monotonicMs()
      const { pids } = applied
      tell(fault, 'fault.applied', { kind, target, pids, afterMs: fault.appliedAtMs - startedAt })
      fault.status = { ...fault.status, state: 'active' }
      if (fault.prepared.bites === 'with-traffic') {
        fault.status = { ...fault.status, detail: 'nothing came by yet' }
        void seeItBite(fault, applied, fault.lease.signal).catch(() => {}) // undone first: `undo` judges it
      } else await withinTime(clock, biteWithinMs, (signal) => seeItBite(fault, applied, signal))
    } catch (error) {
      // It did not do what it says: undo what it may have done, and say so.
      const why = reasonOf(error)
      fail(fault, `it did not bite: ${why}`)
      try {
        await withinTime(clock, healWithinMs, (signal) => fault.prepared.undo(signal))
        fault.isUnhealed = false
        fault.status = { ...fault.status, healedAt: clock.now() }
      } catch (undoError) {
        fail(fault, `it did not bite, and could not be healed: ${reasonOf(undoError)}`)
        throw errors.faultUnhealed(fault.status, { why, whyUnhealed: reasonOf(undoError) }, error)
      }
      throw error instanceof UserError ? error : errors.faultDidNotBite(fault.status, why, error)
    }
  }

  async function seeItBite(fault: Fault, applied: AppliedFault, signal: AbortSignal): Promise<void> {
    markBit(fault, await applied.bite(signal))
  }

  function markBit(fault: Fault, evidence: string): void {
    if (fault.status.bitAt !== null) return
    const { kind, target } = fault.status
    fault.status = { ...fault.status, detail: evidence, bitAt: clock.now() }
    tell(fault, 'fault.bit', { kind, target, evidence, afterMs: clock.monotonicMs() - fault.appliedAtMs })
  }

  async function endLease(fault: Fault, leaseMs: number): Promise<void> {
    const spentMs = clock.now() - fault.status.requestedAt
    try {
      await clock.sleep(Math.max(0, leaseMs - spentMs), fault.lease.signal)
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
    await fault.applying // an undo beside its own apply could leave either of them
    if (!fault.isUnhealed) return fault.status
    fault.status = { ...fault.status, state: 'healing' }
    try {
      const touched = await withinTime(clock, healWithinMs, (signal) => fault.prepared.undo(signal))
      fault.isUnhealed = false
      // What it touched until the last moment counts.
      if (typeof touched === 'string') markBit(fault, touched)
      if (fault.status.bitAt === null) failHarmlessly(fault, 'it touched nothing')
      else markHealed(fault, by, touched ?? fault.status.detail)
    } catch (error) {
      fail(fault, `it could not be healed: ${reasonOf(error)}`)
    } finally {
      fault.lease.abort()
    }
    return fault.status
  }

  function markHealed(fault: Fault, by: HealedBy, detail: string | null): void {
    fault.isUnhealed = false
    const { kind, target } = fault.status
    fault.status = { ...fault.status, state: 'healed', healedAt: clock.now(), detail }
    tell(fault, 'fault.healed', { kind, target, by, afterMs: clock.monotonicMs() - fault.appliedAtMs })
  }

  /** It is gone, and did not do what it says. */
  function failHarmlessly(fault: Fault, reason: string): void {
    fault.isUnhealed = false
    fault.lease.abort()
    fault.status = { ...fault.status, healedAt: clock.now() }
    fail(fault, reason, { isGone: true })
  }

  function fail(fault: Fault, reason: string, more: { isGone?: true } = {}): void {
    const { kind, target } = fault.status
    fault.status = { ...fault.status, state: 'failed', detail: reason }
    tell(fault, 'fault.failed', { kind, target, reason, ...more })
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
    check(asked) {
      const { settings, leaseMs } = order(asked)
      const { kind, target } = asked
      return { kind, target, forMs: leaseMs, ...settings, direction: settings.direction ?? undefined }
    },
    list,
    claimedBy: (claim) =>
      [...faults.values()].find(({ isUnhealed, claims }) => isUnhealed && claims.includes(claim))?.status,
    heal,
    healAll: (by) =>
      Promise.all(
        [...faults.values()]
          .filter(({ isUnhealed }) => isUnhealed)
          .toReversed()
          .map(({ status }) => heal(status.id, by)),
      ),
    lose(isLost, reason) {
      for (const fault of faults.values()) {
        if (fault.isUnhealed && isLost(fault.status)) failHarmlessly(fault, reason)
      }
    },
    close() {
      for (const fault of faults.values()) {
        fault.lease.abort()
        if (isOpen(fault.status)) markHealed(fault, 'stop', fault.status.detail)
      }
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
