// What a toxic that was taken out leaves in its place: the data that waited there, as one stage that lets it go on
// in order, some of it at a time, as fast as what is behind it takes it.

import { adjoined } from './bytes.ts'
import { pass, type Item, type Stage, type Step } from './toxic.ts'

export type Forward = Extract<Step, { kind: 'forward' }>

/** So much of a rest goes on in one turn. */
export const turnBytes = 64 * 1024

/** In place of a toxic that was taken out: what waits goes on in order, and the sender is held back meanwhile. */
export const restLink = {
  toxic: {},
  version: 0,
  bufferBytes: 0,
  closesWhenRemoved: false,
  start: (): Stage => ({ take: (item: Item, nowMs: number) => [pass(item, nowMs)] }),
  touched() {},
}

/** What goes on, at once; what a slicer cut is whole again, or its pieces would cost a system call each. */
export function restOf(steps: readonly Step[]): Forward[] {
  const rest: Forward[] = []
  for (const step of steps) {
    if (step.kind !== 'forward') continue
    const { item } = step
    const last = rest.at(-1)?.item
    const both = item.kind === 'data' && last?.kind === 'data' ? adjoined(last.bytes, item.bytes) : undefined
    if (both !== undefined) rest.pop()
    rest.push({ kind: 'forward', item: both ? { kind: 'data', bytes: both } : item, dueMs: 0 })
  }
  return rest
}

export const bytesOf = (step: Step): number =>
  step.kind === 'forward' && step.item.kind === 'data'
    ? step.item.bytes.length
    : step.kind === 'answer'
      ? step.bytes.length
      : 0
