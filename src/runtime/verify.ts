// Judges a running system by its records, again and again until all is settled or nothing settles any more.

import { systemClock } from '../adapters/clock.ts'
import {
  checkInvariants,
  countBroken,
  verdictOfInvariants,
  type AcknowledgedOrder,
  type InvariantResult,
} from '../chaos/invariants.ts'
import { UserError } from '../errors.ts'
import { readAcknowledged, type AcknowledgedRecord } from './acknowledged-record.ts'
import { connectAgent } from './agent-client.ts'
import { readSystemRecords } from './system-records.ts'
import { untilSettled, type Looked } from './until-settled.ts'

export interface Verification {
  version: 1
  verdict: 'PASS' | 'FAIL'
  /** The load run whose acknowledgements were looked for; null when none is recorded. */
  run: string | null
  acknowledged: number
  waitedMs: number
  invariants: InvariantResult[]
}

export interface VerifyOptions {
  root: string
  /** Id of a run; the newest with acknowledgements if left out. */
  run?: string | undefined
  /** Instead of a recorded run: what was acknowledged to the caller. */
  acknowledged?: readonly AcknowledgedOrder[]
  /** Where order's log is anchored, when not with its data. */
  anchorFolder?: string | undefined
  /** How long to wait while nothing of what is under way settles. */
  withinMs: number
  signal?: AbortSignal | undefined
}

const askAgainMs = 500

/** @throws UserError agent-not-running, no-records, records-unreadable, no-anchors, and what reading the record of a run throws */
export async function verifySystem(options: VerifyOptions): Promise<Verification> {
  const { root, anchorFolder, withinMs, signal } = options
  const agent = await connectAgent(root)
  const { run, acknowledged } = await promisesOf(options, (await agent.status()).system.name)
  const { found: invariants, waitedMs } = await untilSettled({
    withinMs,
    everyMs: askAgainMs,
    clock: systemClock,
    signal,
    look: async (isLast) => {
      const { services } = await agent.status()
      return judgeOnce({ root, services, acknowledged, anchorFolder, signal }, isLast)
    },
  })
  const verdict = verdictOfInvariants(invariants)
  return { version: 1, verdict, run, acknowledged: acknowledged.length, waitedMs, invariants }
}

/** undefined when a service does not answer, which it may yet do: it may have been killed a moment ago. */
async function judgeOnce(
  records: Parameters<typeof readSystemRecords>[0],
  isLast: boolean,
): Promise<Looked<InvariantResult[]> | undefined> {
  try {
    const found = checkInvariants(await readSystemRecords(records))
    return { found, left: countBroken(found) }
  } catch (error) {
    if (!isLast && error instanceof UserError && error.code === 'records-unreadable') return undefined
    throw error
  }
}

async function promisesOf(
  { root, run, acknowledged }: VerifyOptions,
  system: string,
): Promise<AcknowledgedRecord> {
  return acknowledged === undefined ? readAcknowledged(root, { run, system }) : { run: null, acknowledged }
}
