// The proxy in the foreground: data → text.

import chalk from 'chalk'
import type { ProxyRunning, ProxySummary } from '../../system/proxy-api.ts'
import { table } from './table.ts'

/** Once it listens. */
export function proxyView({ api, proxies, isCompat }: ProxyRunning): string {
  const first = proxies[0]
  return [
    `API on ${chalk.cyan(`http://${api}`)} (Toxiproxy 2.12${isCompat ? ', its own semantics' : ''}).`,
    ...proxies.map(
      ({ name, listen, upstream }) => `${chalk.bold(name)}: ${chalk.cyan(listen)} → ${upstream}`,
    ),
    first === undefined
      ? `Add a proxy: ${chalk.cyan(`curl -d '{"name":"redis","upstream":"127.0.0.1:6379"}' ${api}/proxies`)}`
      : `Make it slow: ${chalk.cyan(`curl -d '{"type":"latency","attributes":{"latency":100}}' ${api}/proxies/${first.name}/toxics`)}`,
    chalk.dim('Ctrl-C closes it.'),
  ].join('\n')
}

/** Once it is closed. */
export function proxyEndView({ proxies }: ProxySummary): string {
  if (proxies.length === 0) return 'Closed; no proxy was there at the end.'
  return [
    'Closed.',
    ...table([
      ['PROXY', 'LISTENED', 'UPSTREAM', 'CONNECTIONS', 'BYTES'].map((title) => chalk.dim(title)),
      ...proxies.map(({ name, listen, upstream, connections, bytes }) => [
        name,
        listen,
        upstream,
        String(connections),
        bytes.toLocaleString('en'),
      ]),
    ]),
  ].join('\n')
}
