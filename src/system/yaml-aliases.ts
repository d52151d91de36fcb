// Aliases (`*name`) that make a YAML file unreadable. The library finds them only when it makes values of
// the document, and throws them without a place.

import { type Alias, type Document, visit } from 'yaml'

export interface BadAlias {
  /** In the text. */
  offset: number
  reason: string
}

/** The first one that leads nowhere or into itself. */
export function badAlias(document: Document): BadAlias | undefined {
  let found: BadAlias | undefined
  visit(document, {
    Alias(_, alias, above) {
      const target = alias.resolve(document)
      const isBad = target === undefined || above.includes(target)
      if (!isBad) return undefined
      const reason =
        target === undefined
          ? `the alias *${alias.source} needs an anchor &${alias.source} before it`
          : `the alias *${alias.source} stands inside of what it repeats`
      found = { offset: alias.range?.[0] ?? 0, reason }
      return visit.BREAK
    },
  })
  return found
}

/** The document's value, or the alias at which repeating becomes too much: a bomb, or a mistake. */
export function valueOf(document: Document): { value: unknown } | BadAlias {
  try {
    return { value: document.toJS() as unknown }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return {
      offset: lastAlias(document)?.range?.[0] ?? 0,
      reason: 'aliases repeat too much by way of others',
    }
  }
}

function lastAlias(document: Document): Alias | undefined {
  let last: Alias | undefined
  visit(document, { Alias: (_, alias) => void (last = alias) })
  return last
}
