// Removes a build folder of this project: node bin/clean.js dist
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
for (const name of process.argv.slice(2)) {
  if (!/^[a-z]+$/.test(name)) throw new Error(`not a folder of this project: ${name}`)
  rmSync(join(root, name), { recursive: true, force: true })
}
