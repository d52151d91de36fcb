// What a `route` of an experiment means: requests of its scenario, by their name or by what they ask for.

import type { Path } from '../../system/yaml-file.ts'
import type { Reading } from './read-experiment.ts'

/** A request of the scenario as load counts it, and what its steps ask for: `POST /orders`. */
export interface ScenarioRequestNames {
  name: string
  asks: readonly string[]
}

/** Names of the requests that are meant. Throws at the place when there is none. */
export function requestsOf(reading: Reading, path: Path, route: string): string[] {
  const { requests } = reading
  const meant = requests.filter(
    ({ name, asks }) => name === route || asks.some((asked) => isSameRoute(asked, route)),
  )
  if (meant.length > 0) return meant.map(({ name }) => name)
  const known = requests.flatMap(({ name, asks }) => [name, ...asks])
  throw reading.unknown(path, 'request', JSON.stringify(route), [...new Set(known)])
}

/** `GET /orders/:id` is `GET /orders/{{orderId}}`: what varies has no name of its own. */
function isSameRoute(asked: string, route: string): boolean {
  const [method, pathname = ''] = split(asked)
  const [wantedMethod, wanted = ''] = split(route)
  if (method !== wantedMethod?.toUpperCase()) return false
  const parts = pathname.split('/')
  const wantedParts = wanted.split('/')
  return (
    parts.length === wantedParts.length &&
    parts.every((part, index) => part === wantedParts[index] || (varies(part) && varies(wantedParts[index]!)))
  )
}

const split = (route: string): string[] => route.trim().split(/\s+/, 2)

const varies = (part: string): boolean => part.startsWith(':') || part.includes('{')
