// What only msvc tells of its proxies: live traffic, and of each toxic when it ends and what it touched.

import type { ProxyStatus, ToxicStatus } from '../system/proxy-api.ts'
import type { InstalledToxic } from './installed-toxic.ts'
import type { ProxyRecord } from './proxy-record.ts'
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
    toxics: desk.list(record).map((toxic) => ({
      ...settingOf(toxic),
      touched: { ...toxic.touched, firstAt: toxic.touched.firstAt ?? null },
    })),
  })),
})

export const settingOf = (toxic: InstalledToxic): Omit<ToxicStatus, 'touched'> => {
  const { name, kind, direction, toxicity, attributes, expiresAt = null } = toxic
  return { name, type: kind.type, stream: direction, toxicity, attributes, expiresAt }
}
