// What would make `msvc up` fail, found before anything is spawned.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { missingDependencies } from '../adapters/npm-installed.ts'
import { holderOf, isFree } from '../adapters/ports-free.ts'
import { errors } from '../errors.ts'
import type { System } from '../system/system.ts'
import { linesToType } from './lines-to-type.ts'

export async function preflight(root: string, { services }: System): Promise<void> {
  for (const { name, path } of services) {
    if (!existsSync(join(root, path))) throw errors.serviceFolderMissing(name, path)
  }
  for (const { name, path } of services) {
    const missing = missingDependencies(join(root, path))
    if (missing.length === 0) continue
    const install = (await linesToType(['npm install'])).join(' && ')
    throw errors.dependenciesMissing(name, missing, { root, install })
  }
  for (const { name, port } of services) {
    if (port !== undefined && !(await isFree(port))) throw errors.portTaken(name, port, holderOf(port))
  }
}
