// A link of an OpenAPI description → a chain: the operation that it stands at, then the one that it leads to.

import type { ScenarioRequest } from '../scenario.ts'
import { isObject, type Resolve } from './openapi-example.ts'
import { asRequest, stepOf, type Json, type Operation } from './openapi-operation.ts'

interface Link {
  name: string
  operation: string
  parameters: Json
}

export function linksOf({ described }: Operation, resolve: Resolve): Link[] {
  const { responses } = described
  if (!isObject(responses)) return []
  return Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, response]) => {
      const links = resolve(response)
      return isObject(links) && isObject(links['links']) ? Object.entries(links['links']) : []
    })
    .flatMap(([name, value]) => {
      const link = resolve(value)
      if (!isObject(link)) return []
      const operation = link['operationId'] ?? link['operationRef']
      const parameters = isObject(link['parameters']) ? link['parameters'] : {}
      return [{ name, operation: String(operation), parameters }]
    })
}

export function chainOf(
  first: Operation,
  link: Link,
  operations: readonly Operation[],
  resolve: Resolve,
): ScenarioRequest | { missing: string } {
  const second = operations.find(
    ({ id, path, method }) => id === link.operation || link.operation === refTo(path, method),
  )
  if (second === undefined) return { missing: `there is no operation ${link.operation}` }
  const capture: Record<string, string> = {}
  const given: Record<string, string> = {}
  for (const [qualified, expression] of Object.entries(link.parameters)) {
    const called = qualified.replace(/^(path|query|header)\./, '')
    const from = typeof expression === 'string' ? capturePath(expression) : null
    if (from === undefined) return { missing: `msvc cannot read ${String(expression)}` }
    if (from === null) given[called] = String(expression)
    else {
      const variable = `link_${called.replaceAll(/\W/g, '_')}`
      capture[variable] = from
      given[called] = `{{${variable}}}`
    }
  }
  const one = stepOf(first, {}, resolve)
  if ('missing' in one) return one
  const other = stepOf(second, given, resolve)
  if ('missing' in other) return other
  return asRequest(`${one.name}, then ${other.name}`, [{ ...one, capture }, other], first.place)
}

const refTo = (path: string, method: string): string =>
  `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`

/** Where the value stands in the answer; null for a constant, undefined for what cannot be captured. */
function capturePath(expression: string): string | null | undefined {
  const inBody = /^\$response\.body#\/(.+)$/.exec(expression)?.[1]
  if (inBody !== undefined && !/~|\./.test(inBody)) return `body.${inBody.replaceAll('/', '.')}`
  const header = /^\$response\.header\.([\w-]+)$/.exec(expression)?.[1]
  if (header !== undefined) return `header.${header.toLowerCase()}`
  return expression.startsWith('$') || expression.includes('{$') ? undefined : null
}
