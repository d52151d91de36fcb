// A contract as OpenAPI 3.1, whose schemas are JSON Schema as ours are. https://spec.openapis.org/oas/v3.1.1

import type { TObject } from 'typebox'
import type { Contract, Route } from './contract.ts'

export function openApi(contract: Contract, title: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [operationId, route] of Object.entries(contract)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(operationId, route) }
  }
  const bearer = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
  return {
    openapi: '3.1.0',
    info: { title, version: '1' },
    paths,
    components: { securitySchemes: { bearer } },
  }
}

function operation(operationId: string, { summary, params, query, headers, body, answers, scope }: Route) {
  return {
    operationId,
    summary,
    parameters: [
      ...parameters('path', params),
      ...parameters('query', query),
      ...parameters('header', headers),
    ],
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, schema]) => [status, { description: '', content: json(schema) }]),
    ),
    ...(scope !== undefined && { security: [{ bearer: [scope] }] }),
  }
}

const parameters = (where: 'path' | 'query' | 'header', schema: TObject | undefined): object[] =>
  Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    // Fastify fills in what has a default, so it can be left out.
    required: !('default' in property) && (schema?.required?.includes(name) ?? false),
    schema: property,
  }))

const json = (schema: object) => ({ 'application/json': { schema } })
