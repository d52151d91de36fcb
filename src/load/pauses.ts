// Who thinks, and until when: a binary heap, because pauses of different lengths end in any order.

export interface Pauses<T> {
  add(value: T, untilMs: number): void
  /** One whose pause is over. */
  takeDue(nowMs: number): T | undefined
  /** Infinity when nobody thinks. */
  nextMs(): number
  /** All of them, in no order. */
  drain(): T[]
}

export function createPauses<T>(): Pauses<T> {
  const heap: { value: T; untilMs: number }[] = []
  const swap = (a: number, b: number): void => {
    const kept = heap[a]!
    heap[a] = heap[b]!
    heap[b] = kept
  }
  const isBefore = (a: number, b: number): boolean => heap[a]!.untilMs < heap[b]!.untilMs
  const rise = (from: number): void => {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (!isBefore(at, parent)) return
      swap(at, parent)
      at = parent
    }
  }
  const sink = (): void => {
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let first = at
      if (left < heap.length && isBefore(left, first)) first = left
      if (right < heap.length && isBefore(right, first)) first = right
      if (first === at) return
      swap(at, first)
      at = first
    }
  }
  return {
    add(value, untilMs) {
      heap.push({ value, untilMs })
      rise(heap.length - 1)
    },
    takeDue(nowMs) {
      const first = heap[0]
      if (first === undefined || first.untilMs > nowMs) return undefined
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        sink()
      }
      return first.value
    },
    nextMs: () => heap[0]?.untilMs ?? Number.POSITIVE_INFINITY,
    drain: () => heap.splice(0).map(({ value }) => value),
  }
}
