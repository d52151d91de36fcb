// Answers → the whole tree of a new system: our four services, or one service from a template.

import { hashesOf, lockPath, lockText, type Lock } from './lock.ts'
import { renderTree } from './render.ts'
import { below, mergeTrees, textFile, type Sha256, type Tree } from './tree.ts'
import { serviceTree } from './service-tree.ts'

export interface SystemAnswers {
  name: string
}

/** What a system is made with; the composition root reads it from disk. */
export interface Making {
  cliVersion: string
  /** The JSON Schema of msvc.yaml. */
  schema: unknown
  /** The JSON Schema of load scenarios. */
  scenarioSchema: unknown
  /** The JSON Schema of experiments. */
  experimentSchema: unknown
  sha256: Sha256
}

/** @param template the files of templates/system */
export function systemTree({ name }: SystemAnswers, template: Tree, making: Making): Tree {
  return withRecords(renderTree(template, { name }), { template: 'system', answers: { name } }, making)
}

export interface OneServiceAnswers {
  name: string
  template: string
  port: number
  /** What load/default.yaml asks for. */
  route: string
}

/**
 * A system of one service, which is its entry.
 * @param templates the files of templates/system, templates/one (what differs for one) and of the service's template
 */
export function oneServiceSystemTree(
  answers: OneServiceAnswers,
  templates: { system: Tree; one: Tree; service: Tree },
  making: Making,
): Tree {
  const { name } = answers
  const shared = templates.system.filter(({ path }) => !isOfTheFour(path))
  const rendered = mergeTrees(
    renderTree(mergeTrees(shared), answers as unknown as Record<string, unknown>),
    renderTree(templates.one, answers as unknown as Record<string, unknown>),
    below(`services/${name}`, serviceTree(name, templates.service)),
  )
  return withRecords(rendered, { template: `one:${answers.template}`, answers: { ...answers } }, making)
}

// Files of the template that are about its four services; templates/one has their counterparts.
const isOfTheFour = (path: string): boolean =>
  /^(services|load|experiments)\//.test(path) || /^(msvc\.yaml|README\.md)(\.hbs)?$/.test(path)

function withRecords(rendered: Tree, made: Pick<Lock, 'template' | 'answers'>, making: Making): Tree {
  const tree = mergeTrees(rendered, [
    schemaFile('.msvc/schema.json', making.schema),
    schemaFile('.msvc/scenario.schema.json', making.scenarioSchema),
    schemaFile('.msvc/experiment.schema.json', making.experimentSchema),
  ])
  const lock: Lock = {
    version: 1,
    cliVersion: making.cliVersion,
    ...made,
    files: hashesOf(tree, making.sha256),
  }
  return mergeTrees(tree, [textFile(lockPath, lockText(lock))])
}

const schemaFile = (path: string, schema: unknown) => textFile(path, `${JSON.stringify(schema, null, 2)}\n`)
