// The seconds of all workers → each second once, when all of them have told it.

import type { SecondBooks } from './intervals.ts'

export interface SecondGatherer {
  /** A worker tells its seconds in ascending order; one without arrivals is not told. */
  add(worker: number, second: SecondBooks): void
  /** The worker has told all of its seconds. */
  end(worker: number): void
}

/** Tells the parts of a second when no worker can add to it any more. */
export function gatherSeconds(
  workers: number,
  onSecond: (parts: readonly SecondBooks[]) => void,
): SecondGatherer {
  const toldUpTo = Array<number>(workers).fill(-1)
  const waiting = new Map<number, SecondBooks[]>()
  const tellComplete = (): void => {
    const upTo = Math.min(...toldUpTo)
    const complete = [...waiting.keys()].filter((second) => second <= upTo).toSorted((a, b) => a - b)
    for (const second of complete) {
      onSecond(waiting.get(second)!)
      waiting.delete(second)
    }
  }
  return {
    add(worker, second) {
      const parts = waiting.get(second.second)
      if (parts === undefined) waiting.set(second.second, [second])
      else parts.push(second)
      toldUpTo[worker] = second.second
      tellComplete()
    },
    end(worker) {
      toldUpTo[worker] = Number.POSITIVE_INFINITY
      tellComplete()
    },
  }
}
