// The proxy process of a fleet: one proxy for each edge, apart from the agent, so that a busy agent adds
// no latency.
//
//   agent ──stdin──▶ (its end is ours)      agent ◀──stdout── one message a line
//   agent ──▶ owner socket: the API, all of it      guests ──▶ TCP: the API, within what guests may
//
// Started as `node proxy-process.ts '<ProxyJob as JSON>'`. A toxic that nobody leased gets 15 minutes.

import { once } from 'node:events'
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

async function run(job: ProxyJob): Promise<void> {
  const told = askedToEnd() // before anybody knows that we are ready, and may ask
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
    onRemoved: ({ name }, toxic, why) =>
      tell({ type: 'toxic.removed', proxy: name, toxic: toxic.name, why, touched: toxic.touched }),
  })
  const proxies = proxy.proxies().map(({ name, listen, upstream }) => ({ name, listen, upstream }))
  tell({ type: 'ready', api: proxy.api ?? null, proxies })
  await told
}

/** SIGTERM, or the end of stdin: an agent that died has no other way to say so. */
function askedToEnd(): Promise<unknown> {
  process.stdin.resume()
  return Promise.race([once(process.stdin, 'end'), once(process.stdin, 'error'), once(process, 'SIGTERM')])
}

process.stdout.on('error', () => {}) // a reader that is gone: the end of stdin tells the same
await run(JSON.parse(process.argv[2] ?? '') as ProxyJob)
process.exit(0)
