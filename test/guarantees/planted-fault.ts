// One file of the repository, read with a fault in it. Which one stands in the environment, so that a test runs with
// it as it is, without a copy of anything.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { replacedOnce, type Edit } from '../fixtures/replace-once.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

export const environmentOf = (edit: Edit): NodeJS.ProcessEnv => ({ PLANTED_FAULT: JSON.stringify(edit) })

/** The text as it stands, or with the fault where that is the file. */
export function plantedIn(path: string, text: string): string {
  const edit = process.env['PLANTED_FAULT']
  if (edit === undefined) return text
  const fault = JSON.parse(edit) as Edit
  return path === join(repository, fault.path) ? replacedOnce(text, fault) : text
}
