// What an answer must hold beside its status, and what is taken out of it.

import type { Answer } from './response-parser.ts'

export type Check =
  | { kind: 'contains'; text: string }
  /** The value at `path` of the JSON body. */
  | { kind: 'json'; path: string; equals: unknown }

export function holds(check: Check, answer: Answer): boolean {
  switch (check.kind) {
    case 'contains':
      return answer.body?.includes(check.text) ?? false
    case 'json':
      return isSame(valueAt(check.path, { body: answer.body }), check.equals)
  }
}

/** The captured values; undefined when the answer lacks one of them. */
export function capturesOf(
  capture: readonly (readonly [string, string])[],
  answer: Pick<Answer, 'body' | 'head'>,
): Record<string, string> | undefined {
  const found: Record<string, string> = {}
  for (const [variable, path] of capture) {
    const value = path.startsWith('header.') ? headerIn(answer.head, path.slice(7)) : valueAt(path, answer)
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined
    found[variable] = String(value)
  }
  return found
}

/** `body.items.0.id` */
function valueAt(path: string, { body }: Pick<Answer, 'body'>): unknown {
  return path
    .split('.')
    .slice(1)
    .reduce<unknown>(
      (found, key) =>
        typeof found === 'object' && found !== null && Object.hasOwn(found, key)
          ? (found as Record<string, unknown>)[key]
          : undefined,
      parsed(body),
    )
}

/** The value of the first header of that name; `head` is the head as it came. */
export function headerIn(head: string | null, name: string): string | undefined {
  const lines = head?.split('\r\n').slice(1) ?? []
  const line = lines.find((one) => one.slice(0, one.indexOf(':')).toLowerCase() === name.toLowerCase())
  return line?.slice(line.indexOf(':') + 1).trim()
}

function parsed(body: string | null): unknown {
  try {
    return JSON.parse(body ?? '')
  } catch (error) {
    // A body that is no JSON has nothing at any path.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
