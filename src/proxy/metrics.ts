// Traffic in Prometheus' text format, under Toxiproxy's names. Counted as it happens, not when a connection ends.

import type { ProxyRecord } from './proxy-record.ts'
import { directions } from './toxic.ts'

export function metricsText(proxies: readonly ProxyRecord[]): string {
  const bytes = (kind: 'received' | 'sent'): string[] => [
    `# HELP toxiproxy_proxy_${kind}_bytes_total Bytes ${kind} by the proxy.`,
    `# TYPE toxiproxy_proxy_${kind}_bytes_total counter`,
    ...proxies.flatMap((proxy) =>
      directions.map(
        (direction) =>
          `toxiproxy_proxy_${kind}_bytes_total{${labels({ direction, ...namesOf(proxy) })}} ${proxy.edge.traffic[kind][direction]}`,
      ),
    ),
  ]
  const connections = (name: string, type: string, count: (proxy: ProxyRecord) => number): string[] => [
    `# TYPE ${name} ${type}`,
    ...proxies.map((proxy) => `${name}{proxy="${escape(proxy.name)}"} ${count(proxy)}`),
  ]
  return [
    ...bytes('received'),
    ...bytes('sent'),
    ...connections('msvc_proxy_connections', 'gauge', ({ edge }) => edge.traffic.connections.open),
    ...connections('msvc_proxy_connections_total', 'counter', ({ edge }) => edge.traffic.connections.total),
    '',
  ].join('\n')
}

const namesOf = ({ name, listen, upstream }: ProxyRecord) => ({ listener: listen, proxy: name, upstream })

const labels = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(',')

const escape = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
