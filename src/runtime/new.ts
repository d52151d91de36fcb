// Composition root of `msvc new`: templates and answers → tree → plan → files → npm → git.

import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import { firstCommit } from '../adapters/git.ts'
import { npmInstall } from '../adapters/npm-install.ts'
import { sha256 } from '../adapters/sha256.ts'
import { readTemplate } from '../adapters/template-source.ts'
import type { NewResult } from '../cli/views/new.ts'
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
import { oneServiceSystemTree, systemTree } from '../scaffold/system-tree.ts'
import type { ServiceTemplate } from '../scaffold/templates.ts'
import type { Tree } from '../scaffold/tree.ts'
import { findSystemRoot, loadSystem, systemFileName } from '../system/load-system.ts'
import { checkName } from '../system/names.ts'
import { experimentSchema } from '../chaos/experiment/experiment-schema.ts'
import { scenarioSchema } from '../load/scenario-schema.ts'
import { systemSchema } from '../system/schema.ts'
import type { System } from '../system/system.ts'
import { findAgent } from './agent-client.ts'
import { linesToType } from './lines-to-type.ts'
import { writeWhole } from './write-whole.ts'

export interface NewOptions {
  /** Absolute; where the command was typed. */
  folder: string
  cliVersion: string
  dryRun: boolean
  install: boolean
  git: boolean
  /** One line for a person who waits. */
  progress: (text: string) => void
  /** Ends npm install and takes back what was made. */
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
  const { files, done } = await writeWhole({ root, create, edit: [] }, options, async () => {
    const install = await installIn(root, options)
    const git =
      options.git && !options.dryRun
        ? await firstCommit(root, `Make ${name} with msvc ${options.cliVersion}`)
        : { state: 'skipped' as const, reason: options.dryRun ? '--dry-run' : '--no-git' }
    return { install, git }
  })
  const { install, git } = done
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
    next: await linesToType([...first, ...next]),
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
  const { files, done } = await writeWhole({ root, ...added }, options, () => installIn(root, options))
  const install = done
  const isRunning = (await findAgent(root)) !== undefined
  return {
    made: 'service',
    name: entry.name,
    root,
    dryRun: options.dryRun,
    files,
    install,
    git: { state: 'skipped', reason: 'the service is yours to commit' },
    notes: notesOn(template, missingCallees(template, entry)),
    next: await linesToType([
      ...(install.state === 'done' ? [] : ['npm install']),
      `npm test --workspace services/${entry.name}`,
      ...(isRunning ? ['msvc down'] : []), // a fleet that runs does not take new services in
      'msvc up -d',
    ]),
  }
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
  experimentSchema,
})

const notesOn = (template: ServiceTemplate, missing: readonly string[]): string[] =>
  missing.length === 0
    ? []
    : [`the code of ${template.name} talks to ${missing.join(', ')}, which this system does not have yet`]
