// Spans as a collector gets them.

export interface ExportedSpan {
  service: string
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  status: { code?: number }
}

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: number }
}

interface ExportBody {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: { spans: Omit<ExportedSpan, 'service'>[] }[]
  }[]
}

export const spansIn = (exports: { body: string }[]): ExportedSpan[] =>
  exports
    .map(({ body }) => JSON.parse(body) as ExportBody)
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ resource, scopeSpans }) => {
      const service = String(attributesOf(resource)['service.name'])
      return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ service, ...span })))
    })

export const attributesOf = (
  of: { attributes: Attribute[] } | undefined,
): Record<string, string | number | undefined> =>
  Object.fromEntries(of?.attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]) ?? [])
