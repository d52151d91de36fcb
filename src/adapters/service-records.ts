// Reads what a service recorded, page by page: `GET <path>?after=<pos>&limit=` → {<list>: […], next}.

import { request, type RequestOptions } from 'node:http'

const pageSize = 1000

/** All records after the position, and the position of the last. Throws when the service does not answer 200. */
export async function readRecords<T>(
  url: string,
  list: string,
  { after = 0, signal }: { after?: number; signal?: AbortSignal } = {},
): Promise<{ records: T[]; next: number }> {
  const records: T[] = []
  for (let position = after; ;) {
    const page = await getJson(`${url}?after=${position}&limit=${pageSize}`, signal)
    const found = (page[list] ?? []) as T[]
    records.push(...found)
    if (found.length === 0) return { records, next: position }
    position = Number(page['next'])
  }
}

/** A list that is answered whole; null when the service has none. Throws on any other answer. */
export async function readListOnce<T>(url: string, list: string, signal?: AbortSignal): Promise<T[] | null> {
  const { status, text } = await ask(url, { ...(signal && { signal }) })
  if (status === 404) return null
  return (jsonIn({ url, status, text })[list] ?? []) as T[]
}

const getJson = (url: string, signal?: AbortSignal): Promise<Record<string, unknown>> =>
  askJson(url, { ...(signal && { signal }) })

/** Throws when the service does not answer 200. */
export const postJson = (url: string, body: object): Promise<Record<string, unknown>> =>
  askJson(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, JSON.stringify(body))

async function askJson(
  url: string,
  options: RequestOptions,
  body?: string,
): Promise<Record<string, unknown>> {
  return jsonIn({ url, ...(await ask(url, options, body)) })
}

function jsonIn({
  url,
  status,
  text,
}: {
  url: string
  status: number
  text: string
}): Record<string, unknown> {
  if (status !== 200) throw new Error(`${url} answered ${status}: ${text.slice(0, 200)}`)
  return JSON.parse(text) as Record<string, unknown>
}

function ask(url: string, options: RequestOptions, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const question = request(url, { agent: false, ...options }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    question.on('error', reject)
    question.end(body)
  })
}
