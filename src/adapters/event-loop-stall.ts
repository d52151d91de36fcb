// Makes the event loop of another Node process stand still now and then. What is here is sent there as text
// and evaluated: it may use nothing from this file.

import { evaluateAt } from './node-inspector.ts'

export interface StallPlan {
  stallMs: number
  everyMs: number
  forMs: number
}

export async function startStalls(address: string, plan: StallPlan, signal: AbortSignal): Promise<void> {
  await evaluateAt(address, `(${stallInside.toString()})(${JSON.stringify(plan)})`, signal)
}

/** How it was, by that process' own clock. */
export async function endStalls(
  address: string,
  signal: AbortSignal,
): Promise<{ count: number; stalledMs: number }> {
  const told = await evaluateAt(address, 'globalThis[Symbol.for("msvc.stalls")]?.end()', signal)
  return (told ?? { count: 0, stalledMs: 0 }) as { count: number; stalledMs: number }
}

/** In the line that tells of the first one. */
export function stallTold(line: string): number | undefined {
  const [, ms] = /^msvc: the event loop stood still for (\d+) ms$/.exec(line) ?? []
  return ms === undefined ? undefined : Number(ms)
}

function stallInside({ stallMs, everyMs, forMs }: StallPlan): void {
  const shared = globalThis as Record<symbol, { end(): unknown } | undefined>
  const key = Symbol.for('msvc.stalls')
  shared[key]?.end()
  const endsAt = performance.now() + forMs
  const stalls = { count: 0, stalledMs: 0, isOver: false }
  const standStill = (): void => {
    const beganAt = performance.now()
    if (beganAt >= endsAt) return clearInterval(timer)
    while (!stalls.isOver && performance.now() - beganAt < stallMs);
    const stalledMs = performance.now() - beganAt
    stalls.count += 1
    stalls.stalledMs += stalledMs
    if (stalls.count === 1) {
      process.stderr.write(`msvc: the event loop stood still for ${Math.round(stalledMs)} ms\n`)
    }
  }
  // The first one soon: whoever asked waits to see it.
  const first = setTimeout(standStill, 150).unref()
  const timer = setInterval(standStill, everyMs).unref()
  shared[key] = {
    end() {
      stalls.isOver = true
      clearTimeout(first)
      clearInterval(timer)
      shared[key] = undefined
      return { count: stalls.count, stalledMs: stalls.stalledMs }
    },
  }
}
