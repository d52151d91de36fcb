// What only msvc tells of its proxies: live traffic, and of each toxic when it ends and what it touched.

import type { ProxyStatus } from '../system/proxy-api.ts'
import type { ProxyRecord } from './proxies.ts'
import type { ToxicDesk } from './toxic-desk.ts'

export const statusOf = (
  proxies: readonly ProxyRecord[],
  desk: Pick<ToxicDesk, 'list'>,
): { proxies: ProxyStatus[] } => ({
  proxies: proxies.map((record) => ({
    name: record.name,
    listen: record.listen,
    upstream: record.upstream,
    enabled: record.enabled,
    ...record.edge.traffic,
    toxics: desk.list(record).map(({ name, kind, direction, toxicity, attributes, expiresAt, touched }) => ({
      name,
      type: kind.type,
      stream: direction,
      toxicity,
      attributes,
      expiresAt: expiresAt ?? null,
      touched: { ...touched, firstAt: touched.firstAt ?? null },
    })),
  })),
})
