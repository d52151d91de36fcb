// A load test that leaves a record: its intervals, the promises that it was given, and what the agent
// saw in the same time, in one run with a report.

import type { LoadPlan } from '../load/plan.ts'
import { sliceFrom } from '../observe/slice.ts'
import type { LoadReport } from '../system/load-report.ts'
import { isAgentGone, type AgentClient } from './agent-client.ts'
import { runLoad, type LoadWatchers } from './load.ts'
import { openRun, type RunRecorder } from './runs.ts'

export interface RecordedLoadOptions {
  plan: LoadPlan
  title: string
  /** The running system that is loaded; absent for a plain target. */
  fleet?: { root: string; system: string; agent: AgentClient } | undefined
}

export interface RecordedLoad {
  load: LoadReport
  runId: string
  /** Path of report.html. */
  report: string
}

/**
 * Throws what `runLoad` throws; then no run is left behind. What was measured is told to `onUnrecorded` when the disk
 * does not take it, before that is thrown.
 */
export async function runRecordedLoad(
  { plan, title, fleet }: RecordedLoadOptions,
  { onUnrecorded, ...watchers }: LoadWatchers & { onUnrecorded?(load: LoadReport): void } = {},
): Promise<RecordedLoad> {
  const target = 'url' in plan.target ? plan.target.url : plan.target.baseUrl
  const run = await openRun({ root: fleet?.root, system: fleet?.system ?? null, kind: 'load', title, target })
  let load: LoadReport
  try {
    load = await runLoad(plan, recordInto(run, watchers))
  } catch (error) {
    await run.discard()
    throw error
  }
  const agentEvents = await eventsSince(fleet?.agent, load.startedAt)
  await run.finish({ verdict: verdictOf(load), summary: { load }, agentEvents }).catch((error: unknown) => {
    onUnrecorded?.(load)
    throw error
  })
  return { load, runId: run.id, report: run.report }
}

/** Whether the run came to its end and may be trusted; if so and it had something to reach, whether it did. */
function verdictOf({ verdict, isInterrupted, thresholds }: LoadReport): string {
  if (isInterrupted) return 'interrupted'
  if (verdict !== 'valid' || thresholds.length === 0) return verdict
  return thresholds.every(({ ok }) => ok) ? 'PASS' : 'FAIL'
}

/** The watchers, which also write down what they see. */
export function recordInto(run: RunRecorder, watchers: LoadWatchers): LoadWatchers {
  let startedAt = 0
  return {
    ...watchers,
    onStarted(at) {
      startedAt = at
      watchers.onStarted?.(at)
    },
    onInterval(interval) {
      const at = startedAt + (interval.second + 1) * 1000
      run.append({ at, source: 'load', type: 'load.interval', subject: `run:${run.id}`, data: interval })
      watchers.onInterval?.(interval)
    },
    onAcknowledged(lines) {
      run.acknowledged(lines)
      watchers.onAcknowledged?.(lines)
    },
  }
}

/** What the agent saw from that moment on, and what was so already; nothing when there is none, or it ended. */
export async function eventsSince(agent: AgentClient | undefined, at: number) {
  if (agent === undefined) return []
  const events = await agent.eventsSoFar().catch((error: Error) => {
    if (isAgentGone(error)) return []
    throw error
  })
  return sliceFrom(events, at)
}
