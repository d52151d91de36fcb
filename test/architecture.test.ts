// The layers hold because lint breaks the build when one is broken. This plants one violation of each
// kind into a copy of the house and expects lint to name it.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const violations: [kind: string, file: string, code: string, rule: string][] = [
  [
    'a feature imports another',
    'src/load/a.ts',
    "export { x } from '../chaos/x.ts'",
    'no-restricted-imports',
  ],
  [
    '… its types only',
    'src/load/b.ts',
    "import type { X } from '../chaos/x.ts'\nexport type Y = X",
    'no-restricted-imports',
  ],
  [
    '… by a dynamic import',
    'src/load/c.ts',
    "export const later = () => import('../chaos/x.ts')",
    'no-restricted-imports',
  ],
  [
    '… from a folder below',
    'src/chaos/faults/d.ts',
    "export { y } from '../../load/y.ts'",
    'no-restricted-imports',
  ],
  [
    'a toxic imports another feature',
    'src/proxy/toxics/n.ts',
    "export { x } from '../../chaos/x.ts'",
    'no-restricted-imports',
  ],
  [
    'a feature imports an adapter',
    'src/fleet/e.ts',
    "export { z } from '../adapters/z.ts'",
    'no-restricted-imports',
  ],
  [
    'a feature imports the runtime',
    'src/fleet/f.ts',
    "export { r } from '../runtime/r.ts'",
    'no-restricted-imports',
  ],
  [
    'a feature reads a file',
    'src/observe/g.ts',
    "export { readFile } from 'node:fs/promises'",
    'no-nodejs-modules',
  ],
  [
    'a feature reads the clock',
    'src/observe/h.ts',
    'export const now = () => Date.now()',
    'no-restricted-globals',
  ],
  [
    'a feature sets a timer',
    'src/fleet/i.ts',
    'export const later = () => setTimeout(() => {}, 1)',
    'no-restricted-globals',
  ],
  [
    'a feature takes chance',
    'src/load/j.ts',
    'export const chance = () => Math.random()',
    'no-restricted-properties',
  ],
  [
    'a feature reads the environment',
    'src/scaffold/k.ts',
    "export const home = process.env['HOME']",
    'no-restricted-globals',
  ],
  [
    'the vocabulary imports a feature',
    'src/system/l.ts',
    "export { x } from '../chaos/x.ts'",
    'no-restricted-imports',
  ],
  [
    'an adapter imports a feature',
    'src/adapters/m.ts',
    "export { x } from '../chaos/x.ts'",
    'no-restricted-imports',
  ],
  [
    'a view imports a feature',
    'src/cli/views/n.ts',
    "export { x } from '../../chaos/x.ts'",
    'no-restricted-imports',
  ],
  [
    'a command imports an adapter',
    'src/commands/chaos/o.ts',
    "export { z } from '../../adapters/z.ts'",
    'no-restricted-imports',
  ],
  ['events import a feature', 'src/p.ts', "export { x } from './chaos/x.ts'", 'no-restricted-imports'],
  [
    'two files import each other',
    'src/load/q.ts',
    "import { s } from './s.ts'\nexport const q = () => s",
    'no-cycle',
  ],
  [
    'a promise floats',
    'src/load/t.ts',
    'export function go(): void {\n  Promise.resolve(1)\n}',
    'no-floating-promises',
  ],
  [
    'a switch forgets a case',
    'src/load/u.ts',
    "export function name(state: 'open' | 'closed'): string {\n  switch (state) {\n    case 'open':\n      return 'o'\n  }\n  return ''\n}",
    'switch-exhaustiveness-check',
  ],
]
// What the planted lines point at, and what is allowed: none of these may be named.
const innocent: [file: string, code: string][] = [
  ['src/chaos/x.ts', 'export const x = 1\nexport type X = 1'],
  ['src/load/y.ts', 'export const y = 1'],
  ['src/load/s.ts', "import { q } from './q.ts'\nexport const s = () => q"],
  [
    'src/adapters/z.ts',
    "import { readFile } from 'node:fs/promises'\nexport const z = () => readFile(String(Date.now()))",
  ],
  [
    'src/runtime/r.ts',
    "import { x } from '../chaos/x.ts'\nimport { z } from '../adapters/z.ts'\nexport const r = [x, z]",
  ],
  ['src/system/v.ts', 'export const v = 1'],
  [
    'src/chaos/faults/w.ts',
    "import { v } from '../../system/v.ts'\nimport { x } from '../x.ts'\nexport const w = v + x",
  ],
]

let house = ''
let found: { rule: string; file: string }[] = []

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'msvc-house-'))
  await cp(join(root, '.oxlintrc.json'), join(house, '.oxlintrc.json'))
  await cp(join(root, 'tsconfig.json'), join(house, 'tsconfig.json'))
  await symlink(join(root, 'node_modules'), join(house, 'node_modules'))
  for (const [file, code] of [...violations.map(([, file, code]) => [file, code] as const), ...innocent]) {
    await mkdir(dirname(join(house, file)), { recursive: true })
    await writeFile(join(house, file), `${code}\n`)
  }
  found = await lint(house)
})

afterAll(() => rm(house, { recursive: true, force: true }))

test.each(violations)('%s: %s', (_kind, file, _code, rule) => {
  expect(found.filter((one) => one.file === file).map((one) => one.rule)).toContain(rule)
})

test.each(innocent.filter(([file]) => file !== 'src/load/s.ts'))('%s breaks no layer', (file) => {
  expect(found.filter((one) => one.file === file)).toEqual([])
})

function lint(folder: string): Promise<{ rule: string; file: string }[]> {
  const args = ['--type-aware', '--format', 'json', 'src']
  return new Promise((resolve, reject) => {
    execFile(
      join(root, 'node_modules/.bin/oxlint'),
      args,
      { cwd: folder, maxBuffer: 1e8 },
      (_failed, stdout) => {
        try {
          const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code?: string; filename: string }[] }
          resolve(
            diagnostics.map(({ code = '', filename }) => ({
              rule: code.replace(/^.*\((.*)\)$/, '$1'),
              file: filename,
            })),
          )
        } catch (error) {
          reject(new Error(`lint said no JSON: ${stdout.slice(0, 500)}`, { cause: error }))
        }
      },
    )
  })
}
