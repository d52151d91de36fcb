// A queue whose shift does not move the rest: thousands of arrivals wait in it when a target is slow.

export interface Fifo<T> {
  push(value: T): void
  shift(): T | undefined
  peek(): T | undefined
}

export function createFifo<T>(): Fifo<T> {
  let values: (T | undefined)[] = []
  let first = 0
  return {
    push: (value) => {
      values.push(value)
    },
    shift() {
      if (first === values.length) return undefined
      const value = values[first]
      values[first++] = undefined
      if (first >= 1024 && first * 2 >= values.length) {
        values = values.slice(first)
        first = 0
      }
      return value
    },
    peek: () => values[first],
  }
}
