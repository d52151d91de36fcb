// Which dependencies of a package are not installed, found the way Node finds them: in node_modules of
// the folder and of each folder above it.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Empty when the folder has no package.json. */
export function missingDependencies(folder: string): string[] {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return []
  const { dependencies = {} } = JSON.parse(readFileSync(path, 'utf8')) as {
    dependencies?: Record<string, string>
  }
  return Object.keys(dependencies).filter((name) => !isInstalled(folder, name))
}

function isInstalled(folder: string, name: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true
  const parent = dirname(folder)
  return parent !== folder && isInstalled(parent, name)
}
