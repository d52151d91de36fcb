// Lint is how the layers hold. Everything in src/ is pure unless it is named below as a room that touches
// the world, so that a new folder starts out strict; which room may import which is told in lint/house.ts.

import { defineConfig, type OxlintOverride } from 'oxlint'

const elsewhere = 'comes from a port; only src/adapters and src/runtime touch the world.'

const worldlyGlobals = [
  'Date',
  'Temporal',
  'process',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'crypto',
  'fetch',
  'console',
  'WebSocket',
  'EventSource',
  // The way round to all of them.
  'globalThis',
  'global',
]

const pure: OxlintOverride['rules'] = {
  'import/no-nodejs-modules': ['error', { allow: ['node:path'] }],
  'no-restricted-globals': [
    'error',
    ...worldlyGlobals.map((name) => ({ name, message: `${name} ${elsewhere}` })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: `Chance ${elsewhere}` },
    { object: 'AbortSignal', property: 'timeout', message: `Time ${elsewhere}` },
  ],
  'house/no-import-meta': 'error',
}

const worldly: OxlintOverride['rules'] = {
  'import/no-nodejs-modules': 'off',
  'no-restricted-globals': 'off',
  'no-restricted-properties': 'off',
  'house/no-import-meta': 'off',
}

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'node'],
  jsPlugins: ['./lint/house.ts'],
  categories: { correctness: 'error' },
  env: { node: true, es2024: true },
  ignorePatterns: ['dist', '.tmp', 'node_modules', 'test/fixtures/lint/**'],
  rules: {
    'no-console': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-param-reassign': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/await-thenable': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/unbound-method': 'off',
    'house/no-enum': 'error',
  },
  overrides: [
    {
      files: ['src/**', 'templates/**/src/**', 'bench/**', 'bin/**'],
      rules: { 'house/no-module-state': 'error' },
    },
    { files: ['src/**'], rules: { ...pure, 'house/import-arrows': 'error' } },
    { files: ['src/adapters/**', 'src/runtime/**'], rules: worldly },
    {
      // A command talks to the terminal in the name of its user; what it does goes through the runtime.
      files: ['src/commands/**', 'src/cli/{base-command,tell-trouble,command-not-found}.ts'],
      // oclif asks for a default export.
      rules: { 'no-restricted-globals': 'off', 'import/no-default-export': 'off' },
    },
    {
      files: ['*.config.ts', 'lint/**', 'bin/*.js', 'bench/**'],
      rules: { 'import/no-default-export': 'off', 'no-console': 'off' },
    },
    {
      files: ['test/**', 'templates/**/test/**'],
      rules: {
        'typescript/no-floating-promises': [
          'error',
          {
            allowForKnownSafeCalls: [
              { from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' },
            ],
          },
        ],
        'no-param-reassign': 'off',
      },
    },
  ],
})
