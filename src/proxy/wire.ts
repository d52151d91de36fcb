// Proxies and toxics as Toxiproxy writes them: its keys, in its order.

import { encode, encodeObject } from './go-json.ts'
import type { InstalledToxic } from './installed-toxic.ts'
import type { ProxyRecord } from './proxy-record.ts'

export const toxicJson = ({ attributes, name, kind, stream, toxicity }: InstalledToxic): string =>
  encode({ attributes, name, type: kind.type, stream, toxicity })

export const toxicsJson = (toxics: readonly InstalledToxic[]): string =>
  `[${toxics.map(toxicJson).join(',')}]`

export const proxyJson = (
  { name, listen, upstream, enabled }: ProxyRecord,
  toxics: readonly InstalledToxic[],
): string =>
  encodeObject([
    ['name', encode(name)],
    ['listen', encode(listen)],
    ['upstream', encode(upstream)],
    ['enabled', encode(enabled)],
    ['toxics', toxicsJson(toxics)],
  ])
