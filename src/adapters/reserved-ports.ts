// Ports for processes that are started later, and again after they were killed.
//
//   … │ 20480 … 20543 │ 20544 … 20607 │ …   blocks of 64, below the ports that the system gives away
//       ▲ listened on by whoever has the block, for as long as it lives
//
// A port that the system gives (listen on 0) is free at that moment and no more: until its process listens, and each
// time that it is away, any connection of the machine may get it, and so may whoever else asks. Starting four
// fleets beside each other, that happened to one in twenty.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { freePorts, isFree, listenExclusively } from './ports-free.ts'
import { systemRandom } from './random.ts'

export interface ReservedPorts extends AsyncDisposable {
  /** As many ports that are free; one comes again only after all others of its block. */
  take(count: number): Promise<number[]>
}

interface Block {
  first: number
  /** How many of its ports were given, again and again. */
  given: number
  lock: Server
}

const blockSize = 64
const mostPorts = 12_288
const leastPort = 10_240

export interface ReservedPortsOptions {
  /** Ports that somebody will have for good: neither given nor locked. */
  fixed?: readonly number[]
  systemRange?: PortRange
}

/** Held until disposed of, or until the process ends. */
export function reservePorts({
  fixed = [],
  systemRange = readSystemRange(),
}: ReservedPortsOptions = {}): ReservedPorts {
  const blocks: Block[] = []

  async function take(count: number): Promise<number[]> {
    const ports: number[] = []
    for (const block of blocks) ports.push(...(await takeFrom(block, count - ports.length)))
    while (ports.length < count) {
      const block = await claim(systemRange, fixed)
      // All are taken, or may not be listened on: then with the risk.
      if (block === undefined) return [...ports, ...(await freeBeside(fixed, count - ports.length))]
      blocks.push(block)
      ports.push(...(await takeFrom(block, count - ports.length)))
    }
    return ports
  }

  return {
    take,
    async [Symbol.asyncDispose]() {
      await Promise.all(blocks.map(({ lock }) => once(lock.close(), 'close')))
    },
  }
}

async function takeFrom(block: Block, count: number): Promise<number[]> {
  const ports: number[] = []
  for (let looked = 1; looked < blockSize && ports.length < count; looked++) {
    const port = block.first + 1 + (block.given++ % (blockSize - 1))
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

/** From a random one on, so that two who begin together seldom meet; none in which a port is fixed. */
async function claim(systemRange: PortRange, fixed: readonly number[]): Promise<Block | undefined> {
  const { from, to } = blocksBeside(systemRange)
  const count = Math.floor((to - from) / blockSize)
  const start = Math.floor(systemRandom.fraction() * count)
  for (let step = 0; step < count; step++) {
    const first = from + ((start + step) % count) * blockSize
    if (fixed.some((port) => port >= first && port < first + blockSize)) continue
    const lock = await listenExclusively(first).catch(() => undefined) // somebody has it
    if (lock === undefined) continue
    lock.on('connection', (socket) => socket.destroy()).unref()
    return { first, given: 0, lock }
  }
  return undefined
}

async function freeBeside(fixed: readonly number[], count: number): Promise<number[]> {
  const free = await freePorts(count + fixed.length)
  return free.filter((port) => !fixed.includes(port)).slice(0, count)
}

export interface PortRange {
  from: number
  /** The first that is not of it. */
  to: number
}

/** Where the system gives no ports: below its range if there is room, else above it, else below all the same. */
export function blocksBeside({ from, to }: PortRange): PortRange {
  const below = { from: Math.max(leastPort, from - mostPorts), to: from }
  if (below.to - below.from >= blockSize) return below
  if (65_536 - to >= blockSize) return { from: Math.max(to, 65_536 - mostPorts), to: 65_536 }
  return usualBelow
}

/** Linux; those of the others begin at 49152. */
const usual: PortRange = { from: 32_768, to: 61_000 }
const usualBelow: PortRange = { from: usual.from - mostPorts, to: usual.from }

function readSystemRange(): PortRange {
  try {
    const [from = Number.NaN, last = Number.NaN] = readFileSync(
      '/proc/sys/net/ipv4/ip_local_port_range',
      'utf8',
    )
      .trim()
      .split(/\s+/)
      .map(Number)
    if (from > 0 && last > from) return { from, to: last + 1 }
  } catch {
    // Not Linux.
  }
  return usual
}
