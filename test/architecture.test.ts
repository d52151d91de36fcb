// The layers hold because lint breaks the build when one is broken. This plants one violation of each
// kind into a copy of the house and expects lint to name it.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const violations: [kind: string, file: string, code: string, rule: string][] = [
  ['a feature imports another', 'src/load/a.ts', "export { x } from '../chaos/x.ts'", 'import-arrows'],
  [
    '… its types only',
    'src/load/b.ts',
    "import type { X } from '../chaos/x.ts'\nexport type Y = X",
    'import-arrows',
  ],
  [
    '… by a dynamic import',
    'src/load/c.ts',
    "export const later = () => import('../chaos/x.ts')",
    'import-arrows',
  ],
  ['… from a folder below', 'src/chaos/faults/d.ts', "export { y } from '../../load/y.ts'", 'import-arrows'],
  [
    'a toxic imports another feature',
    'src/proxy/toxics/n.ts',
    "export { x } from '../../chaos/x.ts'",
    'import-arrows',
  ],
  ['a feature imports an adapter', 'src/fleet/e.ts', "export { z } from '../adapters/z.ts'", 'import-arrows'],
  ['a feature imports the runtime', 'src/fleet/f.ts', "export { r } from '../runtime/r.ts'", 'import-arrows'],
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
    'import-arrows',
  ],
  ['an adapter imports a feature', 'src/adapters/m.ts', "export { x } from '../chaos/x.ts'", 'import-arrows'],
  ['a view imports a feature', 'src/cli/views/n.ts', "export { x } from '../../chaos/x.ts'", 'import-arrows'],
  [
    'a command imports an adapter',
    'src/commands/chaos/o.ts',
    "export { z } from '../../adapters/z.ts'",
    'import-arrows',
  ],
  [
    'a feature goes behind the catalogue of errors',
    'src/load/av.ts',
    "export { x } from '../errors/x.ts'",
    'import-arrows',
  ],
  [
    'a part of the catalogue of errors imports a feature',
    'src/errors/aw.ts',
    "export { x } from '../chaos/x.ts'",
    'import-arrows',
  ],
  ['events import a feature', 'src/p.ts', "export { x } from './chaos/x.ts'", 'import-arrows'],
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
  [
    'a feature goes round by globalThis',
    'src/fleet/aa.ts',
    'export const later = () => globalThis.setTimeout(() => {}, 1)',
    'no-restricted-globals',
  ],
  [
    'a feature takes its time from a signal',
    'src/chaos/ab.ts',
    'export const signal = () => AbortSignal.timeout(1)',
    'no-restricted-properties',
  ],
  [
    '… unpacked',
    'src/chaos/ac.ts',
    'const { timeout } = AbortSignal\nexport const signal = () => timeout(1)',
    'no-restricted-properties',
  ],
  [
    'a feature knows where it lies',
    'src/system/ad.ts',
    'export const here = import.meta.dirname',
    'no-import-meta',
  ],
  [
    'a feature takes a package that touches the world',
    'src/load/ae.ts',
    "export { execa } from 'execa'",
    'import-arrows',
  ],
  [
    'a feature imports what cannot be read here',
    'src/load/af.ts',
    'export const any = (name: string): Promise<unknown> => import(name)',
    'import-arrows',
  ],
  [
    'a feature names the type of another inline',
    'src/load/ag.ts',
    "export type Y = import('../chaos/x.ts').X",
    'import-arrows',
  ],
  [
    'the runtime imports a command',
    'src/runtime/ah.ts',
    "export { default as o } from '../commands/chaos/o.ts'",
    'import-arrows',
  ],
  [
    'a command imports another room',
    'src/commands/ai.ts',
    "export * from '../new-room/aj.ts'",
    'import-arrows',
  ],
  ['a room that nobody has named', 'src/new-room/aj.ts', 'export const aj = 1', 'import-arrows'],
  ['… is pure', 'src/new-room/deep/ak.ts', 'export const now = () => Date.now()', 'no-restricted-globals'],
  [
    'a module keeps state',
    'src/load/al.ts',
    'let calls = 0\nexport const call = () => (calls += 1)',
    'no-module-state',
  ],
  ['… and shows it', 'src/adapters/am.ts', 'export let calls = 0', 'no-module-state'],
  [
    "a template's module keeps state",
    'templates/system/platform/src/an.ts',
    'let calls = 0\nexport const call = () => (calls += 1)',
    'no-module-state',
  ],
  ['an enum', 'src/load/ao.ts', "export enum Kind { A = 'a' }", 'no-enum'],
  [
    "a template's enum",
    'templates/system/services/order/src/ap.ts',
    "export enum Kind { A = 'a' }",
    'no-enum',
  ],
  ['a value of type any', 'src/load/aq.ts', 'export const any = (x: any): unknown => x', 'no-explicit-any'],
  ['a default export', 'src/load/ar.ts', 'export default 1', 'no-default-export'],
  [
    'an argument is changed',
    'src/load/as.ts',
    'export function f(a: number): number {\n  a += 1\n  return a\n}',
    'no-param-reassign',
  ],
]
// What the planted lines point at, and what is allowed: none of these may be named.
const innocent: [file: string, code: string][] = [
  ['src/chaos/x.ts', 'export const x = 1\nexport type X = 1'],
  ['src/load/y.ts', 'export const y = 1'],
  ['src/errors/x.ts', 'export const x = 1'],
  ['src/errors.ts', "export { x } from './errors/x.ts'"],
  ['src/load/s.ts', "import { q } from './q.ts'\nexport const s = () => q"],
  [
    'src/adapters/z.ts',
    "import { readFile } from 'node:fs/promises'\nexport const z = () => readFile(String(Date.now()))",
  ],
  [
    'src/runtime/r.ts',
    "import { x } from '../chaos/x.ts'\nimport { z } from '../adapters/z.ts'\nexport const r = [x, z]",
  ],
  [
    'src/system/v.ts',
    "import { join } from 'node:path'\nimport { Type } from 'typebox'\nexport const v = [join, Type]",
  ],
  ['src/adapters/at.ts', 'export const at = () => [AbortSignal.timeout(1), import.meta.dirname, globalThis]'],
  ['src/load/au.ts', 'export function count(): number {\n  let calls = 0\n  calls += 1\n  return calls\n}'],
  [
    'src/chaos/faults/w.ts',
    "import { v } from '../../system/v.ts'\nimport { x } from '../x.ts'\nexport const w = [v, x]",
  ],
]

let house = ''
let found: { rule: string; file: string }[] = []

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'msvc-house-'))
  for (const rules of ['oxlint.config.ts', 'lint', 'tsconfig.json']) {
    await cp(join(root, rules), join(house, rules), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(house, 'node_modules'))
  for (const [file, code] of [...violations.map(([, file, code]) => [file, code] as const), ...innocent]) {
    await mkdir(dirname(join(house, file)), { recursive: true })
    await writeFile(join(house, file), `${code}\n`)
  }
  found = await lint(house)
}, 120_000)

afterAll(() => rm(house, { recursive: true, force: true }))

test.each(violations)('%s: %s', (_kind, file, _code, rule) => {
  expect(found.filter((one) => one.file === file).map((one) => one.rule)).toContain(rule)
})

test.each(innocent.filter(([file]) => file !== 'src/load/s.ts'))('%s breaks no layer', (file) => {
  expect(found.filter((one) => one.file === file)).toEqual([])
})

function lint(folder: string): Promise<{ rule: string; file: string }[]> {
  const args = ['--type-aware', '--format', 'json', 'src', 'templates']
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
