#!/usr/bin/env node
// msvc straight from TypeScript, by type stripping (no build). oclif's own development mode loads
// the TypeScript compiler API, which TypeScript 7 does not have.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../src/cli/main.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const oclif = {
  ...pjson.oclif,
  commands: './src/commands',
  helpClass: { target: './src/cli/help.ts', identifier: 'MsvcHelp' },
  hooks: { command_not_found: './src/cli/command-not-found.ts' },
}

await main(process.argv.slice(2), { root, ignoreManifest: true, pjson: { ...pjson, oclif } })
