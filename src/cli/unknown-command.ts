// What to say to words that name no command.

import { errors, type UserError } from '../errors.ts'
import { nearestCommand } from './nearest-command.ts'

interface Known {
  commandIDs: readonly string[]
  topics: readonly { name: string }[]
}

/** @param id the words as oclif hands them over, joined by colons */
export function unknownCommand(id: string, { commandIDs, topics }: Known): UserError {
  const known = [...commandIDs, ...topics.map(({ name }) => name)].map((name) => name.replaceAll(':', ' '))
  const { typed, suggestion } = nearestCommand(wordsOf(id), known)
  return errors.unknownCommand(typed, suggestion)
}

// A colon before // or a digit belongs to an address: no command's name begins so.
const wordsOf = (id: string): string[] => id.split(/:(?!\/\/|\d)/)
