// What `msvc new` made, or would make: data → text.

import chalk from 'chalk'

export interface NewResult {
  made: 'system' | 'service'
  name: string
  /** The system's folder, absolute. */
  root: string
  dryRun: boolean
  files: NewFile[]
  install: Installed
  git: Committed
  /** Things worth knowing that are no trouble. */
  notes: string[]
  /** Commands to type next. */
  next: string[]
}

export interface NewFile {
  action: 'create' | 'edit'
  path: string
  bytes: number
  sha256: string
  /** Unified; of an edit only. */
  diff?: string
}

export type Installed = { state: 'done'; seconds: number } | { state: 'failed' | 'skipped'; reason: string }

export type Committed = { state: 'committed'; commit: string } | { state: 'skipped'; reason: string }

export function newView(result: NewResult): string {
  return result.dryRun ? planView(result) : madeView(result)
}

function planView({ files, root }: NewResult): string {
  const created = files.filter(({ action }) => action === 'create')
  const edited = files.filter(({ action }) => action === 'edit')
  const bytes = created.reduce((sum, file) => sum + file.bytes, 0)
  const lines = [
    chalk.bold(`${root}/`),
    ...treeLines(created),
    `${countOf(created.length, 'file')}, ${sizeOf(bytes)}${edited.length > 0 ? `; ${countOf(edited.length, 'change')}:` : ''}`,
    ...edited.map(({ diff }) => `\n${coloured(diff ?? '')}`),
    chalk.dim('Nothing was written (--dry-run).'),
  ]
  return lines.join('\n')
}

function madeView({ made, name, root, files, install, git, notes, next }: NewResult): string {
  const created = files.filter(({ action }) => action === 'create').length
  const edited = files.filter(({ action }) => action === 'edit').map(({ path }) => path)
  const lines = [
    `${chalk.green('✔')} Made the ${made} ${chalk.bold(name)}: ${countOf(created, 'file')} in ${root}`,
    ...(edited.length > 0 ? [`  changed  ${edited.join(', ')}`] : []),
    `  npm      ${installText(install)}`,
    ...(made === 'system' || git.state === 'committed' ? [`  git      ${gitText(git)}`] : []),
    ...notes.map((note) => `  note     ${note}`),
    '',
    chalk.cyan('Next:'),
    ...next.map((command) => `  ${command}`),
  ]
  return lines.join('\n')
}

function installText(install: Installed): string {
  switch (install.state) {
    case 'done':
      return `dependencies installed in ${install.seconds.toFixed(1)} s`
    case 'failed':
      return chalk.yellow(`${install.reason}; the files stay`)
    case 'skipped':
      return `not installed (${install.reason})`
  }
}

const gitText = (git: Committed): string =>
  git.state === 'committed' ? `first commit ${git.commit}` : `no first commit: ${git.reason}`

/** Paths → an indented tree, a size at the end of each file. */
function treeLines(files: readonly NewFile[]): string[] {
  const lines: string[] = []
  let above: string[] = []
  for (const { path, bytes } of files) {
    const parts = path.split('/')
    const folders = parts.slice(0, -1)
    const shared = folders.findIndex((folder, depth) => folder !== above[depth])
    for (let depth = shared === -1 ? folders.length : shared; depth < folders.length; depth++) {
      lines.push(`${'  '.repeat(depth + 1)}${chalk.blue(`${folders[depth]}/`)}`)
    }
    lines.push(`${'  '.repeat(parts.length)}${parts.at(-1)} ${chalk.dim(sizeOf(bytes))}`)
    above = folders
  }
  return lines
}

const coloured = (diff: string): string =>
  diff
    .split('\n')
    .map((line) => (line.startsWith('+') ? chalk.green(line) : line.startsWith('-') ? chalk.red(line) : line))
    .join('\n')

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const sizeOf = (bytes: number): string => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`)
