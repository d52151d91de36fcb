// Composition root of `msvc new`: templates and answers → tree → plan → files → npm → git.

import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import { firstCommit } from '../adapters/git.ts'
import { npmInstall } from '../adapters/npm-install.ts'
import { sha256 } from '../adapters/sha256.ts'
import { readTemplate } from '../adapters/template-source.ts'
import { recoverWrites, surveyPaths, writeTree } from '../adapters/tree-writer.ts'
import type { NewFile, NewResult } from '../cli/views/new.ts'
import { errors } from '../errors.ts'
import { addService } from '../scaffold/add-service.ts'
import {
  firstPort,
  chooseService,
  chosenTemplate,
  missingCallees,
  type ServiceWish,
} from '../scaffold/choose-service.ts'
import { lockPath, type Lock } from '../scaffold/lock.ts'
import { movesOf } from '../scaffold/moves.ts'
import { planFiles, refusals, type Edit, type FilePlan } from '../scaffold/plan.ts'
import { oneServiceSystemTree, systemTree } from '../scaffold/system-tree.ts'
import type { ServiceTemplate } from '../scaffold/templates.ts'
import type { Tree } from '../scaffold/tree.ts'
import { unifiedDiff } from '../scaffold/unified-diff.ts'
import { findSystemRoot, loadSystem, systemFileName } from '../system/load-system.ts'
import { checkName } from '../system/names.ts'
import { scenarioSchema } from '../load/scenario-schema.ts'
import { systemSchema } from '../system/schema.ts'
import type { System } from '../system/system.ts'

export interface NewOptions {
  /** Absolute; where the command was typed. */
  folder: string
  cliVersion: string
  dryRun: boolean
  install: boolean
  git: boolean
  /** One line for a person who waits. */
  progress: (text: string) => void
  /** Ends npm install; what was made stays. */
  signal?: AbortSignal
}

/** The system around a folder, for prompts and to decide what `new service` means there. */
export async function systemAround(folder: string): Promise<{ root: string; system: System } | undefined> {
  const root = await findSystemRoot(folder, diskFiles)
  return root === undefined ? undefined : { root, system: await loadSystem(root, diskFiles) }
}

export async function newSystem(name: string, options: NewOptions): Promise<NewResult> {
  checkName(name)
  const root = join(options.folder, name)
  const create = systemTree({ name }, await readTemplate('system'), makingOf(options))
  const next = ['msvc up -d', 'msvc load --rps 500 --duration 20s', 'msvc chaos kill payment']
  return makeSystem({ name, root, create, next, notes: [] }, options)
}

/** Adds a service to the system around the folder; where there is none, makes a system of just this one. */
export async function newService(wish: ServiceWish, options: NewOptions): Promise<NewResult> {
  const template = chosenTemplate(wish.template)
  const around = await systemAround(options.folder)
  return around === undefined
    ? newSystemOfOne(wish, template, options)
    : joinSystem(wish, { ...around, template }, options)
}

async function newSystemOfOne(
  wish: ServiceWish,
  template: ServiceTemplate,
  options: NewOptions,
): Promise<NewResult> {
  const { name } = wish
  const alone: System = { name, entry: name, services: [] }
  const entry = chooseService(wish, alone)
  const answers = { name, template: template.name, port: entry.port ?? firstPort, route: template.route }
  const [system, one, service] = await Promise.all(['system', 'one', template.folder].map(readTemplate))
  const create = oneServiceSystemTree(
    answers,
    { system: system ?? [], one: one ?? [], service: service ?? [] },
    makingOf(options),
  )
  const next = ['msvc up -d', 'msvc load --rps 500 --duration 20s']
  const notes = notesOn(template, missingCallees(template, entry))
  return makeSystem({ name, root: join(options.folder, name), create, next, notes }, options)
}

interface SystemMaking {
  name: string
  root: string
  create: Tree
  next: string[]
  notes: string[]
}

async function makeSystem(
  { name, root, create, next, notes }: SystemMaking,
  options: NewOptions,
): Promise<NewResult> {
  const files = await write({ root, create, edit: [] }, options)
  const install = await installIn(root, options)
  const git =
    options.git && !options.dryRun
      ? await firstCommit(root, `Make ${name} with msvc ${options.cliVersion}`)
      : { state: 'skipped' as const, reason: options.dryRun ? '--dry-run' : '--no-git' }
  const enter = `cd ${relative(options.folder, root)}`
  const first = install.state === 'done' ? [enter] : [enter, 'npm install']
  return {
    made: 'system',
    name,
    root,
    dryRun: options.dryRun,
    files,
    install,
    git,
    notes,
    next: [...first, ...next],
  }
}

async function joinSystem(
  wish: ServiceWish,
  { root, system, template }: { root: string; system: System; template: ServiceTemplate },
  options: NewOptions,
): Promise<NewResult> {
  const entry = chooseService(wish, system)
  const disk = {
    systemFile: { path: systemFileName, content: await readFile(join(root, systemFileName)) },
    lock: await readLock(root),
  }
  const added = addService({ entry, templateName: template.name }, await readTemplate(template.folder), {
    disk,
    making: makingOf(options),
  })
  const files = await write({ root, ...added }, options)
  const install = await installIn(root, options)
  return {
    made: 'service',
    name: entry.name,
    root,
    dryRun: options.dryRun,
    files,
    install,
    git: { state: 'skipped', reason: 'the service is yours to commit' },
    notes: notesOn(template, missingCallees(template, entry)),
    next: [
      ...(install.state === 'done' ? [] : ['npm install']),
      `npm test --workspace services/${entry.name}`,
      'msvc up -d',
    ],
  }
}

/** Plans, and unless it is a dry run, applies. @throws UserError files-in-the-way, with nothing written */
async function write(
  { root, create, edit }: { root: string; create: Tree; edit: readonly Edit[] },
  { dryRun, progress }: NewOptions,
): Promise<NewFile[]> {
  if (!dryRun) {
    for (const parent of new Set([dirname(root), root])) {
      for (const name of await recoverWrites(parent))
        progress(`Tidied up after an interrupted run (${name}).`)
    }
  }
  const existing = await surveyPaths(
    root,
    create.map(({ path }) => path),
  )
  const plan = planFiles({ root, create, edit, existing, sha256 })
  const refused = refusals(plan)
  if (refused.length > 0) {
    throw errors.filesInTheWay(
      root,
      refused.map(({ path, reason }) => ({ path, reason })),
    )
  }
  if (!dryRun) {
    const files = plan.steps.flatMap((step) => (step.action === 'refuse' ? [] : [step]))
    await writeTree({ root, files, moves: movesOf(plan, existing) })
  }
  return filesOf(plan)
}

function filesOf(plan: FilePlan): NewFile[] {
  const text = new TextDecoder()
  return plan.steps.flatMap((step): NewFile[] => {
    if (step.action === 'refuse') return []
    const { action, path, bytes, sha256: hash } = step
    const file = { action, path, bytes, sha256: hash }
    if (step.action === 'create') return [file]
    return [{ ...file, diff: unifiedDiff(path, text.decode(step.before), text.decode(step.content)) }]
  })
}

async function installIn(
  root: string,
  { dryRun, install, progress, signal }: NewOptions,
): Promise<NewResult['install']> {
  if (dryRun || !install) return { state: 'skipped', reason: dryRun ? '--dry-run' : '--no-install' }
  progress('Installing dependencies (npm install) …')
  return npmInstall(root, signal)
}

async function readLock(root: string): Promise<{ content: Uint8Array; value: Lock } | undefined> {
  const path = join(root, lockPath)
  if (!(await diskFiles.exists(path))) return undefined
  const content = await readFile(path)
  try {
    return { content, value: JSON.parse(content.toString('utf8')) as Lock }
  } catch (cause) {
    const reason = `this is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`
    throw errors.fileInvalid(
      { file: lockPath, line: 1, column: 1 },
      reason,
      'Restore it from git, or delete it.',
    )
  }
}

const makingOf = ({ cliVersion }: NewOptions) => ({
  cliVersion,
  sha256,
  schema: systemSchema,
  scenarioSchema,
})

const notesOn = (template: ServiceTemplate, missing: readonly string[]): string[] =>
  missing.length === 0
    ? []
    : [`the code of ${template.name} talks to ${missing.join(', ')}, which this system does not have yet`]
