// What no rule of oxlint can say about this house: which room may import what, and no state or enum at
// the top of a module. oxlint.config.ts switches these on; test/architecture.test.ts breaks each.

import { dirname, join, relative, sep } from 'node:path'
import type { RuleTester } from 'oxlint/plugins-dev'

// oxlint exports its types only in the shape of its tester.
type Rule = Extract<Parameters<RuleTester['run']>[1], { create: unknown }>
type Context = Parameters<Rule['create']>[0]
type Node = Extract<Parameters<Context['report']>[0], { node: unknown }>['node']

const vocabulary = ['events.ts', 'ports.ts', 'errors.ts']
const features = ['scaffold', 'fleet', 'load', 'chaos', 'proxy', 'observe']
const feature = ['system', ...vocabulary]

/** Room → what it may import beside itself. A room is a folder of src/, or a file right in it. */
const arrows: Record<string, string[]> = {
  commands: ['cli', 'runtime', ...features, 'system', ...vocabulary],
  cli: ['system', 'events.ts', 'errors.ts'],
  runtime: [...features, 'adapters', 'cli', 'system', ...vocabulary],
  ...Object.fromEntries(features.map((name) => [name, feature])),
  system: vocabulary,
  adapters: ['system', ...vocabulary],
  ...Object.fromEntries(vocabulary.map((name) => [name, vocabulary])),
  // The parts of the catalogue stand behind it: everybody else asks errors.ts.
  'errors.ts': [...vocabulary, 'errors'],
  errors: [],
}

/** These compute and touch nothing; whatever else is on npm belongs in an adapter. */
const purePackages = ['typebox', 'yaml', 'handlebars', 'hdr-histogram-js']
const pureRooms = [...features, 'system', 'errors', ...vocabulary]

const importArrows: Rule = {
  create(context) {
    const room = roomOf(context, context.filename)
    const allowed = arrows[room]

    function check(node: Node, source: { type: string; value?: unknown }): void {
      const to = source.type === 'Literal' ? source.value : undefined
      // What cannot be read here cannot be judged; nothing in this house needs it.
      if (typeof to !== 'string')
        return context.report({ node, message: 'Import by a name that stands there.' })
      if (to.startsWith('node:')) return // import/no-nodejs-modules
      if (to.startsWith('.')) checkRoom(node, roomOf(context, join(dirname(context.filename), to)))
      else if (
        pureRooms.includes(room) &&
        !purePackages.some((name) => to === name || to.startsWith(`${name}/`))
      )
        context.report({ node, message: `${room} is pure: ${to} belongs in src/adapters.` })
    }

    function checkRoom(node: Node, to: string): void {
      if (to === room || allowed === undefined || allowed.includes(to)) return
      context.report({ node, message: `${room} may not import ${to}, only ${allowed.join(', ')}.` })
    }

    return {
      Program(node) {
        if (allowed === undefined)
          context.report({ node, message: `${room} is no room of the house: name it in lint/house.ts.` })
      },
      ImportDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => (node.source === null ? undefined : check(node, node.source)),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source),
    }
  },
}

const noModuleState: Rule = {
  create: (context) => ({
    Program({ body }) {
      for (const node of body) {
        const declared = node.type === 'ExportNamedDeclaration' ? node.declaration : node
        if (declared?.type === 'VariableDeclaration' && declared.kind !== 'const')
          context.report({ node, message: 'State belongs to a function or an object, not to a module.' })
      }
    },
  }),
}

const noEnum: Rule = {
  create: (context) => ({
    TSEnumDeclaration(node) {
      context.report({ node, message: 'Use a union of strings: types are stripped, enums are code.' })
    },
  }),
}

/** Where a file lies is a fact about the disk. */
const noImportMeta: Rule = {
  create: (context) => ({
    MetaProperty(node) {
      if (node.meta.name === 'import')
        context.report({
          node,
          message: 'Paths come from a port; only src/adapters and src/runtime know where they are.',
        })
    },
  }),
}

function roomOf(context: Context, file: string): string {
  const [top = '', room = ''] = relative(context.cwd, file).split(sep)
  return top === 'src' ? room : top
}

const plugin: { meta: { name: string }; rules: Record<string, Rule> } = {
  meta: { name: 'house' },
  rules: {
    'import-arrows': importArrows,
    'no-module-state': noModuleState,
    'no-enum': noEnum,
    'no-import-meta': noImportMeta,
  },
}

// oxlint asks for a default export.
export default plugin
