// A watched system in a terminal: one frame, drawn over the last one several times a second.

import { createLogUpdate } from 'log-update'
import { systemClock } from '../adapters/clock.ts'
import { liveView } from '../cli/views/live.ts'
import { connectAgent } from './agent-client.ts'
import { interruptible } from './interrupt.ts'
import { lookOnce, watchSystem, type Snapshot, type SystemWatch } from './watch-system.ts'

const drawEveryMs = 200

export const snapshotOf = async (root: string): Promise<Snapshot> => lookOnce(await connectAgent(root))

export const snapshotView = ({ live, news }: Snapshot): string =>
  liveView({ live, news, now: systemClock.now(), columns: columnsOf(process.stdout), rows: Infinity })

/** Until Ctrl-C, or the end of the fleet; the last frame stays. Resolves with what was seen last. */
export async function watchInTerminal(root: string): Promise<{ last: Snapshot; isFleetGone: boolean }> {
  const agent = await connectAgent(root)
  return interruptible(async (signal) => {
    const watch = await watchSystem(agent, signal)
    const frame = createLogUpdate(process.stdout, { showCursor: false })
    const last = (): Snapshot => ({ live: watch.live(), news: watch.news() })
    await drawUntilEnded(watch, () => frame(frameOf(last(), process.stdout)))
    frame.done()
    return { last: last(), isFleetGone: !signal.aborted }
  })
}

/** Draws at once, then again and again until the watch has ended. */
export async function drawUntilEnded({ ended }: Pick<SystemWatch, 'ended'>, draw: () => void): Promise<void> {
  draw()
  const timer = setInterval(draw, drawEveryMs)
  try {
    await ended
  } finally {
    clearInterval(timer)
  }
}

/** The frame as it is now, for that terminal as wide and high as it is now. */
export function frameOf({ live, news }: Snapshot, stream: NodeJS.WriteStream, note?: string): string {
  return liveView({
    live,
    news,
    now: systemClock.now(),
    columns: columnsOf(stream),
    rows: stream.rows,
    ...(note !== undefined && { note }),
  })
}

const columnsOf = ({ columns }: NodeJS.WriteStream): number => (columns > 0 ? columns : 80)
