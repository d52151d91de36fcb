// `msvc chaos proxy`: a proxy in the foreground, until Ctrl-C.

import { errors } from '../errors.ts'
import type { ProxyRequest } from '../proxy/proxies.ts'
import type { ProxyRunning, ProxySummary } from '../system/proxy-api.ts'
import { aborted } from './aborted.ts'
import { interruptible } from './interrupt.ts'
import { startProxy } from './proxy.ts'
import { readAddress } from './read-address.ts'

export type { ProxySummary } from '../system/proxy-api.ts'

export interface ProxyFlags {
  api: string
  listen: string | undefined
  upstream: string | undefined
  name: string
  seed: number
  compat: boolean
  'allow-remote': boolean
}

/** Resolves after Ctrl-C, when everything is closed. */
export async function runProxy(
  flags: ProxyFlags,
  onRunning: (running: ProxyRunning) => void,
): Promise<ProxySummary> {
  return await interruptible(async (signal) => {
    await using proxy = await startProxy({
      api: readAddress(flags.api, '--api'),
      proxies: firstProxy(flags),
      seed: flags.seed,
      isCompat: flags.compat,
      allowRemote: flags['allow-remote'],
    })
    const shown = (): ProxyRunning['proxies'] =>
      proxy.proxies().map(({ name, listen, upstream }) => ({ name, listen, upstream }))
    onRunning({ api: proxy.api ?? '', proxies: shown(), isCompat: flags.compat })
    await aborted(signal)
    return {
      proxies: proxy.proxies().map(({ name, listen, upstream, edge }) => ({
        name,
        listen,
        upstream,
        connections: edge.traffic.connections.total,
        bytes: edge.traffic.received.upstream + edge.traffic.received.downstream,
      })),
    }
  })
}

function firstProxy({ listen, upstream, name }: ProxyFlags): ProxyRequest[] {
  if (upstream === undefined) {
    if (listen === undefined) return []
    throw errors.badValue('--listen', listen, 'an --upstream as well')
  }
  readAddress(upstream, '--upstream')
  if (listen !== undefined) readAddress(listen, '--listen')
  return [{ name, listen: listen ?? '', upstream, enabled: true }]
}
