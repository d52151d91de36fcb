// Which command was meant, when the words that were typed name none.

import { suggest } from '../system/suggest.ts'

export interface NearestCommand {
  /** The words that were meant to be the command; the others were its arguments. */
  typed: string
  suggestion?: string
}

/**
 * oclif hands over everything up to the first flag: `chaos kil payment`. So the longest beginning that
 * is near a command is the command; if none is, what follows a known topic, or the first word.
 * An address by itself is a target of load.
 */
export function nearestCommand(words: readonly string[], known: readonly string[]): NearestCommand {
  const [first = ''] = words
  if (/^https?:\/\//.test(first)) return { typed: first, suggestion: `load ${first}` }
  const beginnings = words.map((_, index) => words.slice(0, words.length - index).join(' '))
  for (const typed of beginnings) {
    const sameLength = known.filter((name) => name.split(' ').length === typed.split(' ').length)
    const suggestion = suggest(typed, sameLength)
    if (suggestion !== undefined && suggestion !== typed) return { typed, suggestion }
    if (suggestion === typed) return { typed: words.slice(0, typed.split(' ').length + 1).join(' ') }
  }
  return { typed: first }
}
