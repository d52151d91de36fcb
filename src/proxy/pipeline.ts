// One direction of one connection: a chain of stages, each with the steps that it has decided and that
// are not due yet.
//
//   push ──▶ stage ─▶ [steps that wait] ──▶ stage ─▶ [steps that wait] ──▶ outlet
//
// Nothing here waits: `advance` does what is due, `dueMs` tells when to call it again. Taking a stage out
// leaves its waiting data in its place, as a rest that goes on as fast as what is behind it takes it, and some
// of it at a time. So removal cannot hang, whatever the far side does, and nothing else waits for it.

import { bytesOf, restLink, restOf, turnBytes, type Forward } from './rest.ts'
import type { Item, Stage, Step } from './toxic.ts'

export interface Outlet {
  forward(item: Item): void
  /** The receiver has enough for now. */
  isBlocked(): boolean
  /** Back to the side that sends into this pipeline. */
  answer(bytes: Uint8Array): void
  close(): void
  reset(): void
}

/** A toxic as it works on one connection. */
export interface Link {
  toxic: object
  /** Another number: other attributes, so another stage. */
  version: number
  bufferBytes: number
  closesWhenRemoved: boolean
  /** @param carried from the stage that this one replaces */
  start(carried: number | undefined): Stage
  /** It took bytes, broke a request or ended the connection. */
  touched(bytes: number, events: number): void
}

export interface Pipeline {
  push(item: Item, nowMs: number): void
  /** No toxic works on it: what is pushed would come out at once, unchanged. */
  isBare(): boolean
  advance(nowMs: number): void
  /** When the next step is due; Infinity when none waits for a time. */
  dueMs(): number
  /** The sender has to be held back. */
  isFull(): boolean
  /** The chain from now on: new links start, those that are gone are taken out, the rest stays as it is. */
  arrange(links: readonly Link[], nowMs: number): void
}

interface Position {
  link: Link
  stage: Stage
  waiting: Exclude<Step, { kind: 'forget' }>[]
  waitingBytes: number
  /** Requests broken as told so far. */
  broken: number
}

const isRest = ({ link }: Position): boolean => link === restLink

export function createPipeline(outlet: Outlet): Pipeline {
  let positions: Position[] = []

  const feed = (index: number, item: Item, nowMs: number): void => {
    const position = positions[index]
    if (position === undefined) return outlet.forward(item)
    const steps = position.stage.take(item, nowMs)
    count(position, item)
    for (const step of steps) schedule(index, step, nowMs)
  }

  const count = (position: Position, item: Item): void => {
    if (position.stage.broken === undefined) {
      if (item.kind === 'data') position.link.touched(item.bytes.length, 0)
      return
    }
    const broken = position.stage.broken()
    if (broken > position.broken) position.link.touched(0, broken - position.broken)
    position.broken = broken
  }

  const schedule = (index: number, step: Step, nowMs: number): void => {
    const position = positions[index]
    if (position === undefined) return
    if (step.kind === 'forget') {
      position.waiting = []
      position.waitingBytes = 0
      return
    }
    // Behind a step that waits, everything waits: that is what keeps the order.
    if (position.waiting.length === 0 && step.dueMs <= nowMs) return perform(index, step, nowMs)
    position.waiting.push(step)
    position.waitingBytes += bytesOf(step)
  }

  const perform = (index: number, step: Exclude<Step, { kind: 'forget' }>, nowMs: number): void => {
    switch (step.kind) {
      case 'forward':
        return feed(index + 1, step.item, nowMs)
      case 'answer':
        return outlet.answer(step.bytes)
      case 'close':
      case 'reset':
        positions[index]?.link.touched(0, 1)
        return step.kind === 'close' ? close(index) : outlet.reset()
    }
  }

  const advance = (nowMs: number): void => {
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index]!
      if (isRest(position)) continue
      let done = 0
      // The step's own moment counts for what follows, so that late timers do not add up.
      for (; done < position.waiting.length && position.waiting[done]!.dueMs <= nowMs; done++) {
        const step = position.waiting[done]!
        position.waitingBytes -= bytesOf(step)
        perform(index, step, step.dueMs)
      }
      if (done > 0) position.waiting.splice(0, done)
    }
    handOn(nowMs)
  }

  /** Forwards from the front of a rest, as long as it may. */
  const forwardWhile = (index: number, mayGo: (bytes: number) => boolean, nowMs: number): void => {
    const position = positions[index]!
    let done = 0
    for (let bytes = 0; done < position.waiting.length && mayGo(bytes); done++) {
      const step = position.waiting[done] as Forward
      bytes += bytesOf(step)
      feed(index + 1, step.item, nowMs)
      position.waitingBytes -= bytesOf(step)
    }
    if (done > 0) position.waiting.splice(0, done)
  }

  /** A rest waits until the toxic behind it, or else the receiver, has room. */
  const isHeld = (index: number): boolean => {
    const next = positions[index + 1]
    if (next === undefined) return outlet.isBlocked()
    return isRest(next) ? next.waiting.length > 0 : next.waitingBytes > next.link.bufferBytes
  }

  /** The last rest first, since the others wait for it. */
  const handOn = (nowMs: number): void => {
    let isOver = false
    for (let index = positions.length - 1; index >= 0; index--) {
      const position = positions[index]!
      if (!isRest(position)) continue
      forwardWhile(index, (bytes) => bytes < turnBytes && !isHeld(index), nowMs)
      isOver ||= position.waiting.length === 0
    }
    if (isOver) positions = positions.filter((one) => !isRest(one) || one.waiting.length > 0)
  }

  /** What waits for nothing but the receiver still goes first. */
  const close = (index: number): void => {
    for (let last = positions.length - 1; last > index && isRest(positions[last]!); last--) {
      forwardWhile(last, () => true, 0)
    }
    outlet.close()
  }

  const place = (link: Link, before: Position | undefined): Position => ({
    link,
    stage: link.start(before?.stage.carry?.()),
    waiting: [],
    waitingBytes: 0,
    broken: 0,
  })

  /** Data that waits goes on as if it had been let through; what the toxic still wanted to do is off. */
  const takeOut = (index: number, replacement: Position | undefined): void => {
    const position = positions[index]!
    for (const step of position.waiting) if (step.kind === 'answer') outlet.answer(step.bytes)
    const waiting = restOf(position.waiting)
    const waitingBytes = waiting.reduce((sum, step) => sum + bytesOf(step), 0)
    const rest: Position = { ...place(restLink, undefined), waiting, waitingBytes }
    positions.splice(index, 1, ...(replacement === undefined ? [] : [replacement]), rest)
    if (replacement === undefined && position.link.closesWhenRemoved) close(index - 1)
  }

  return {
    push: (item, nowMs) => feed(0, item, nowMs),
    advance,
    isBare: () => positions.length === 0,
    // Asked after every chunk: these two make nothing that would have to be collected.
    dueMs() {
      let firstMs = Infinity
      for (let index = 0; index < positions.length; index++) {
        const position = positions[index]!
        const first = position.waiting[0]
        if (first === undefined || first.dueMs >= firstMs) continue
        if (!isRest(position) || !isHeld(index)) firstMs = first.dueMs
      }
      return firstMs
    },
    isFull() {
      for (const { waitingBytes, link } of positions) if (waitingBytes > link.bufferBytes) return true
      return false
    },
    arrange(links, nowMs) {
      for (let index = positions.length - 1; index >= 0; index--) {
        const position = positions[index]!
        if (isRest(position)) continue
        const wanted = links.find(({ toxic }) => toxic === position.link.toxic)
        if (wanted === undefined) takeOut(index, undefined)
        else if (wanted.version !== position.link.version) {
          takeOut(index, place(wanted, position))
          for (const step of positions[index]?.stage.start?.() ?? []) schedule(index, step, nowMs)
        }
      }
      // The order of those that stay never changes. A new toxic comes before the rests at the end: it was not yet
      // there when they went through its place.
      const before = positions
      const left = [...before]
      const arranged = links.flatMap((link) => {
        const index = left.findIndex(({ link: { toxic } }) => toxic === link.toxic)
        return index < 0 ? [place(link, undefined)] : left.splice(0, index + 1)
      })
      positions = [...arranged, ...left]
      positions.forEach((position, index) => {
        if (before.includes(position)) return
        for (const step of position.stage.start?.() ?? []) schedule(index, step, nowMs)
      })
      handOn(nowMs)
    },
  }
}
