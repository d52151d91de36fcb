// restart-loop: the service is killed again and again, each time a moment after it became ready.
//
//   needs  a running service
//   apply  ┌▶ hold it, KILL the group ──▶ (down) ──▶ release it, wait for /readyz ──▶ (up) ─┐
//          └──────────────────────────────────────────────────────────────────────────────┘
//   bite   the process was seen to end by that signal, the first time
//   undo   the round is left, and the service released; done when /readyz says so

import type { FaultKind, FaultOrder } from '../fault.ts'
import { hadJustEnded, processClaim, requireRunning, unlessAborted } from '../see.ts'

export const restartLoop: FaultKind = {
  kind: 'restart-loop',
  target: 'service',
  summary: 'Kill a service again and again, each time shortly after it became ready.',
  examples: ['payment', 'payment --up 2s --down 1s --for 1m'],
  defaultLeaseMs: 60_000,
  params: [
    {
      name: 'up',
      unit: 'time',
      min: 0,
      max: 60_000,
      default: 1000,
      help: 'how long it runs once it is ready',
    },
    { name: 'down', unit: 'time', min: 0, max: 60_000, default: 500, help: 'how long it is down each time' },
  ],
  claims: (service) => [processClaim(service)],

  prepare(order) {
    const { target, fleet } = order
    requireRunning('restart-loop', target, fleet)
    const isOver = new AbortController()
    const going = { rounds: Promise.resolve(), kills: 0 }
    return {
      async apply() {
        const process = killNow(order)
        if (process === undefined) {
          throw hadJustEnded('restart-loop', target)
        }
        going.kills = 1
        going.rounds = goOn(order, isOver.signal, () => (going.kills += 1))
        return {
          pids: [process.pid],
          async bite(signal) {
            const exit = await unlessAborted(signal, process.exited)
            return `pid ${process.pid} ended by ${exit.signal ?? `exit code ${exit.code}`}, the first time`
          },
        }
      },
      async undo(signal) {
        isOver.abort(new Error('the loop is over'))
        await going.rounds
        await fleet.release(target, signal)
        return `killed ${going.kills} times`
      },
    }
  },
}

/** undefined: it is down just now. */
function killNow({ id, target, fleet }: FaultOrder) {
  const process = fleet.hold(target, id)
  return process !== undefined && fleet.signal(process, 'SIGKILL') ? process : undefined
}

/** Never rejects: what keeps the service down is found by the undo. */
async function goOn(order: FaultOrder, isOver: AbortSignal, onKill: () => void): Promise<void> {
  const { target, fleet, clock, params } = order
  try {
    while (!isOver.aborted) {
      await clock.sleep(Number(params['down']), isOver)
      await fleet.release(target, isOver)
      await clock.sleep(Number(params['up']), isOver)
      if (killNow(order) !== undefined) onKill()
    }
  } catch {
    // It was told to end, or the service does not come up any more.
  }
}
