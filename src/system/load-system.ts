// Finds and reads the system that a folder belongs to.

import { dirname, join } from 'node:path'
import { errors } from '../errors.ts'
import type { Files } from '../ports.ts'
import type { System } from './system.ts'

export const systemFileName = 'msvc.yaml'

/** The nearest folder, from `start` upwards, that has a msvc.yaml; undefined when none has. */
export async function findSystemRoot(
  start: string,
  files: Pick<Files, 'exists'>,
): Promise<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    if (await files.exists(join(folder, systemFileName))) return folder
    if (dirname(folder) === folder) return undefined
  }
}

/** The same, or `errors.noSystemHere`. */
export async function systemRoot(start: string, files: Pick<Files, 'exists'>): Promise<string> {
  const root = await findSystemRoot(start, files)
  if (root === undefined) throw errors.noSystemHere(start)
  return root
}

/** Reads and checks `<root>/msvc.yaml`. The parser is loaded only now: yaml and the schema cost 100 ms. */
export async function loadSystem(root: string, files: Pick<Files, 'read'>): Promise<System> {
  const text = await files.read(join(root, systemFileName))
  const { parseSystem } = await import('./parse-system.ts')
  return parseSystem(text, systemFileName)
}
