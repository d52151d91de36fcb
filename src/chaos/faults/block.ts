// block: the event loop of a service stands still now and then, as with work that should not be done there.
//
//   needs  a running service whose process is Node itself (no wrapper such as npm), on Linux: elsewhere msvc
//          cannot be sure that it is Node, and the signal that it needs ends any other program
//   apply  SIGUSR1 opens the inspector on a free loopback port; a timer that spins is set; the inspector
//          closes as soon as we have left it (tens of milliseconds)
//   bite   the process itself measured its first stall, and told it on its stderr
//   undo   the same way in, the timer is taken away; done when /readyz answers. The timer ends by itself when its
//          time is over, whatever happens to us

import { errors } from '../../errors.ts'
import type { FaultKind } from '../fault.ts'
import { hadJustEnded, processClaim, requireRunning, unlessAborted, untilReady } from '../see.ts'

const leastGapMs = 50
const answerWithinMs = 10_000

export const block: FaultKind = {
  kind: 'block',
  target: 'service',
  summary: 'Block the event loop of a service now and then; only Node services, on Linux.',
  description:
    "It comes in through Node's inspector, which is open on a free loopback port for some milliseconds.\n" +
    'Other services are refused: nothing else is a blocked event loop. To freeze any process, use pause.',
  examples: ['payment', 'payment --stall 2s --every 5s --for 1m'],
  defaultLeaseMs: 60_000,
  params: [
    { name: 'stall', unit: 'time', min: 10, max: 2000, default: 500, help: 'how long it stands still' },
    {
      name: 'every',
      unit: 'time',
      min: 60,
      max: 60_000,
      default: 1000,
      help: 'from the beginning of one stall to that of the next',
    },
  ],
  refuse({ stall, every }) {
    if (Number(every) >= Number(stall) + leastGapMs) return
    throw errors.badValue(
      'every',
      `${Number(every)}ms`,
      `${leastGapMs} ms more than the stall of ${Number(stall)} ms, or above`,
    )
  },
  claims: (service) => [processClaim(service)],

  prepare(order) {
    const { id, target, params, leaseMs, fleet } = order
    const [stallMs, everyMs] = [Number(params['stall']), Number(params['every'])]
    requireRunning('block', target, fleet)
    const why = fleet.processes.whyNoEventLoop(target)
    if (why !== undefined) throw errors.faultImpossible('block', target, why)
    const reached = { isSet: false }
    return {
      async apply() {
        const process = fleet.hold(target, id)
        if (process === undefined) {
          throw hadJustEnded('block', target)
        }
        // A process that is not there yet may not know the signal yet, and would be ended by it.
        const { isReady } = await fleet.processes.ask(target, answerWithinMs)
        if (!isReady) throw errors.faultTouchesNothing('block', target, 'it is not ready')
        reached.isSet = true
        const { firstMs } = await fleet.processes.stall(target, { stallMs, everyMs, forMs: leaseMs })
        return {
          pids: [process.pid],
          async bite(signal) {
            const ms = await unlessAborted(signal, firstMs)
            return `pid ${process.pid}: its event loop stood still for ${ms} ms, by its own clock`
          },
        }
      },
      async undo(signal) {
        const isThere = reached.isSet && fleet.whyDown(target) === undefined
        const stalls = isThere ? await fleet.processes.endStalls(target) : undefined
        await fleet.release(target, signal)
        await untilReady(order, signal)
        return stalls && `stood still ${stalls.count} times, ${Math.round(stalls.stalledMs)} ms in all`
      },
    }
  },
}
