// The proxy process of a fleet: one proxy for each edge, apart from the agent, so that a busy agent adds
// no latency.
//
//   agent ──stdin──▶ the job; its end is ours      agent ◀──stdout── one message a line
//   agent ──▶ owner socket: the API, all of it      guests ──▶ TCP: the API, within what guests may
//
// The first line of its standard input is the job (ProxyJob as JSON). Until then it waits, with all that it needs
// loaded: so a spare one takes over at once. A toxic that nobody leased gets 15 minutes.

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { HostPort } from '../ports.ts'
import type { ProxyMessage } from '../system/proxy-api.ts'
import { settingOf } from '../proxy/status.ts'
import { startProxy } from './proxy.ts'

export interface ProxyJob {
  /** Path of the unix socket for the agent; 0600. */
  ownerSocket: string
  /** Where guests (clients of Toxiproxy) may ask; undefined: nowhere. */
  api?: HostPort
  seed: number
  /** host:port each; a free port where none is said. */
  edges: { name: string; listen?: string; upstream: string }[]
}

const leaseMs = 15 * 60_000
/** The agent ends its faults itself; this is for when it cannot, and must not come first. */
const slackMs = 10_000

async function run(): Promise<void> {
  const lines = createInterface({ input: process.stdin })
  // SIGTERM, or the end of stdin: an agent that died has no other way to say so.
  const told = Promise.race([once(lines, 'close'), once(process, 'SIGTERM')])
  const given = await Promise.race([once(lines, 'line'), told.then(() => undefined)])
  if (given === undefined) return
  const job = JSON.parse(String(given[0])) as ProxyJob
  const tell = (message: ProxyMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`)
  await using proxy = await startProxy({
    api: job.api,
    ownerSocket: job.ownerSocket,
    proxies: job.edges.map(({ name, listen = '', upstream }) => ({ name, listen, upstream, enabled: true })),
    seed: job.seed,
    isCompat: false,
    allowRemote: false,
    lease: { defaultMs: leaseMs, longestMs: leaseMs + slackMs },
    onBit: (proxy, { name, touched }) =>
      tell({
        type: 'toxic.bit',
        proxy,
        toxic: name,
        at: touched.firstAt ?? 0,
        bytes: touched.bytes,
        events: touched.events,
      }),
    onSet({ name }, toxic, { isOwner }) {
      if (!isOwner) tell({ type: 'toxic.set', proxy: name, toxic: settingOf(toxic) })
    },
    onGuestDown: ({ name, guestDownUntil = 0 }, cut) =>
      tell({ type: 'proxy.disabled', proxy: name, expiresAt: guestDownUntil, cut }),
    onGuestUp: ({ name }) => tell({ type: 'proxy.enabled', proxy: name }),
    onRemoved: ({ name }, toxic, why) =>
      tell({ type: 'toxic.removed', proxy: name, toxic: toxic.name, why, touched: toxic.touched }),
  })
  const proxies = proxy.proxies().map(({ name, listen, upstream }) => ({ name, listen, upstream }))
  tell({ type: 'ready', api: proxy.api ?? null, proxies })
  await told
}

process.stdout.on('error', () => {}) // a reader that is gone: the end of stdin tells the same
process.stdin.on('error', () => {}) // told as its end
await run()
process.exit(0)
