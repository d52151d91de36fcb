// Proxies from the body of a request, with Toxiproxy's defaults and its order of complaints.

import { describeJson } from './go-json.ts'
import type { ProxyChanges, ProxyRequest } from './proxies.ts'
import { refusals } from './refusal.ts'
import { bodyObject, booleanField, stringField } from './request-body.ts'

const goType = 'toxiproxy.Proxy'

/** @throws Refusal when a name or an upstream is missing */
export const readProxy = (body: unknown): ProxyRequest => readProxyAt(body, '')

/** @throws Refusal that tells which one of them has something missing */
export function readProxies(body: unknown): ProxyRequest[] {
  const list = body ?? []
  if (!Array.isArray(list)) {
    throw refusals.badBody(`json: cannot unmarshal ${describeJson(list)} into Go value of type []${goType}`)
  }
  return list.map((one: unknown, index) => readProxyAt(one, ` at proxy ${index + 1}`))
}

/** What is not said is not there. */
export function readProxyChanges(body: unknown): ProxyChanges {
  const given = bodyObject(body, goType)
  const listen = stringField(given, 'listen')
  const upstream = stringField(given, 'upstream')
  const enabled = booleanField(given, 'enabled')
  return {
    ...(listen !== undefined && { listen }),
    ...(upstream !== undefined && { upstream }),
    ...(enabled !== undefined && { enabled }),
  }
}

function readProxyAt(body: unknown, place: string): ProxyRequest {
  const { listen = '', upstream = '', enabled = true } = readProxyChanges(body)
  const name = stringField(bodyObject(body, goType), 'name') ?? ''
  if (name === '') throw refusals.missingField(`name${place}`)
  if (upstream === '') throw refusals.missingField(`upstream${place}`)
  return { name, listen, upstream, enabled }
}
