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

/** What is said of a check that does not hold. */
export const unmetText = (check: Check): string =>
  check.kind === 'contains'
    ? `body lacks ${JSON.stringify(check.text)}`
    : `${check.path} is not ${JSON.stringify(check.equals)}`

export type Captured =
  | { isWhole: true; values: Record<string, string | number | boolean> }
  /** The first that the answer lacks. */
  | { isWhole: false; missing: { variable: string; path: string } }

/** [variable, where its value stands: `body.items.0.id`, `header.location`] → the captured values */
export function capturesOf(
  capture: readonly (readonly [string, string])[],
  answer: Pick<Answer, 'body' | 'head'>,
): Captured {
  const values: Record<string, string | number | boolean> = {}
  for (const [variable, path] of capture) {
    const value = path.startsWith('header.') ? headerIn(answer.head, path.slice(7)) : valueAt(path, answer)
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      return { isWhole: false, missing: { variable, path } }
    values[variable] = value
  }
  return { isWhole: true, values }
}

export const missingText = ({ variable, path }: { variable: string; path: string }): string =>
  `no ${path} to capture as ${variable}`

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
