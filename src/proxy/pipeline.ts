// One direction of one connection: a chain of stages, each with the steps that it has decided and that
// are not due yet.
//
//   push ──▶ stage ─▶ [steps that wait] ──▶ stage ─▶ [steps that wait] ──▶ outlet
//
// Nothing here waits: `advance` does what is due, `dueMs` tells when to call it again. Taking a stage out
// hands its waiting data on at once, so removal cannot hang, whatever the far side does.

import type { Item, Stage, Step } from './toxic.ts'

export interface Outlet {
  forward(item: Item): void
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
        return step.kind === 'close' ? outlet.close() : outlet.reset()
    }
  }

  const advance = (nowMs: number): void => {
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index]!
      let done = 0
      // The step's own moment counts for what follows, so that late timers do not add up.
      for (; done < position.waiting.length && position.waiting[done]!.dueMs <= nowMs; done++) {
        const step = position.waiting[done]!
        position.waitingBytes -= bytesOf(step)
        perform(index, step, step.dueMs)
      }
      if (done > 0) position.waiting.splice(0, done)
    }
  }

  const place = (link: Link, before: Position | undefined): Position => ({
    link,
    stage: link.start(before?.stage.carry?.()),
    waiting: [],
    waitingBytes: 0,
    broken: 0,
  })

  /** Data that waits goes on as if it had been let through; what the toxic still wanted to do is off. */
  const takeOut = (index: number, replacement: Position | undefined, nowMs: number): void => {
    const [position] = positions.splice(index, 1, ...(replacement === undefined ? [] : [replacement]))
    const next = replacement === undefined ? index : index + 1
    for (const step of position!.waiting) {
      if (step.kind === 'forward') feed(next, step.item, nowMs)
      else if (step.kind === 'answer') outlet.answer(step.bytes)
    }
    if (replacement === undefined && position!.link.closesWhenRemoved) outlet.close()
  }

  return {
    push: (item, nowMs) => feed(0, item, nowMs),
    advance,
    isBare: () => positions.length === 0,
    // Asked after every chunk: these two make nothing that would have to be collected.
    dueMs() {
      let firstMs = Infinity
      for (const { waiting } of positions) {
        if (waiting.length > 0 && waiting[0]!.dueMs < firstMs) firstMs = waiting[0]!.dueMs
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
        const wanted = links.find(({ toxic }) => toxic === position.link.toxic)
        if (wanted === undefined) takeOut(index, undefined, nowMs)
        else if (wanted.version !== position.link.version) {
          takeOut(index, place(wanted, position), nowMs)
          for (const step of positions[index]?.stage.start?.() ?? []) schedule(index, step, nowMs)
        }
      }
      const before = positions
      positions = links.map(
        (link) => before.find(({ link: { toxic } }) => toxic === link.toxic) ?? place(link, undefined),
      )
      positions.forEach((position, index) => {
        if (before.includes(position)) return
        for (const step of position.stage.start?.() ?? []) schedule(index, step, nowMs)
      })
    },
  }
}

const bytesOf = (step: Step): number =>
  step.kind === 'forward' && step.item.kind === 'data'
    ? step.item.bytes.length
    : step.kind === 'answer'
      ? step.bytes.length
      : 0
