// A chain of toxics on one connection, in virtual time: what goes in when, what comes out when.

import { linkOf, untouched, type InstalledToxic } from '../../src/proxy/installed-toxic.ts'
import { createPipeline } from '../../src/proxy/pipeline.ts'
import { readToxic } from '../../src/proxy/read-toxic.ts'
import type { Item } from '../../src/proxy/toxic.ts'

export interface Out {
  atMs: number
  what: 'data' | 'end' | 'close' | 'reset' | 'answer'
  bytes: number
  text: string
}

export interface ChainOptions {
  seed?: number
  connection?: number
  isCompat?: boolean
}

export function installed(body: object, isCompat = false): InstalledToxic {
  const shared = { requests: 0 }
  const toxic = readToxic(body, { isCompat })
  return {
    ...toxic,
    version: 1,
    touched: untouched(),
    shared,
    firstConnection: 1,
    isOwned: true,
    expiresAt: undefined,
  }
}

/** Time starts at 0 and moves only by `run`. */
export function virtualChain(initial: InstalledToxic[], options: ChainOptions = {}) {
  const { seed = 1, connection = 1, isCompat = false } = options
  const out: Out[] = []
  let now = 0
  let isBlocked = false
  const tell = (what: Out['what'], bytes: Uint8Array = new Uint8Array()): void => {
    out.push({ atMs: now, what, bytes: bytes.length, text: Buffer.from(bytes).toString('latin1') })
  }
  const pipeline = createPipeline({
    forward: (item) => (item.kind === 'end' ? tell('end') : tell('data', item.bytes)),
    isBlocked: () => isBlocked,
    answer: (bytes) => tell('answer', bytes),
    close: () => tell('close'),
    reset: () => tell('reset'),
  })
  const since = new Map<InstalledToxic, number>()
  const set = (toxics: InstalledToxic[]): void => {
    const links = toxics.flatMap((toxic) => {
      const startMs = since.get(toxic) ?? now
      since.set(toxic, startMs)
      const context = { connection, proxy: 'p', seed, startMs, isCompat, now: () => now, bit: () => {} }
      return linkOf(toxic, context) ?? []
    })
    pipeline.arrange(links, now)
  }
  set(initial)
  return {
    out,
    set,
    pipeline,
    send: (data: string | number): void =>
      pipeline.push(
        {
          kind: 'data',
          bytes: typeof data === 'string' ? Buffer.from(data) : new Uint8Array(data),
        } satisfies Item,
        now,
      ),
    /** Whether the receiver takes no more. */
    block: (is: boolean): void => void (isBlocked = is),
    end: (): void => pipeline.push({ kind: 'end' }, now),
    /** To that moment, doing what is due on the way. */
    run(toMs: number): void {
      while (pipeline.dueMs() <= toMs) {
        now = Math.max(now, pipeline.dueMs())
        pipeline.advance(now)
      }
      now = toMs
    },
    bytesOut: (): number => out.reduce((sum, { what, bytes }) => (what === 'data' ? sum + bytes : sum), 0),
  }
}
