// Reads the bundled templates from disk.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** templates/ of this package: two folders up, from src/adapters and from dist/adapters alike. */
export const templatesRoot = fileURLToPath(new URL('../../templates', import.meta.url))

// What work in the templates' own folders leaves behind; none of it belongs to a template.
const ignored = new Set(['node_modules', '.msvc', 'dist', 'coverage', 'package-lock.json', '.DS_Store'])

/** The files below `templates/<folder>`, sorted; paths relative to it, with `/`. */
export async function readTemplate(folder: string): Promise<{ path: string; content: Uint8Array }[]> {
  const files = await filesBelow(join(templatesRoot, folder), '')
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

async function filesBelow(root: string, folder: string): Promise<{ path: string; content: Uint8Array }[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  const found = entries
    .filter(({ name }) => !ignored.has(name))
    .map(async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return filesBelow(root, path)
      return [{ path, content: await readFile(join(root, path)) }]
    })
  return (await Promise.all(found)).flat()
}
