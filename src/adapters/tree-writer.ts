// Brings a planned tree onto the disk, whole or not at all.
//
//   stage                                   commit                       tidy
//   .<name>.msvc-<pid>/files/…   journal.json   rename each move into place   rm .<name>.msvc-<pid>
//   (invisible to the user)      (if > 1 move)
//
// Killed while staging, nothing is in place. One move is one rename. With more (a service's folder, the
// lock, msvc.yaml) the journal says what was decided, and the next run finishes it. Existing files
// are replaced only when they still hold what the plan was made from, and created files never replace.

import { link, lstat, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { sha256 } from './sha256.ts'

export interface StagedFile {
  path: string
  content: Uint8Array
}

/** As scaffold/moves.ts decides them. */
export type Move =
  | { how: 'place-folder'; path: string }
  | { how: 'place-file'; path: string }
  | { how: 'replace-file'; path: string; sha256Before: string; sha256: string }

export interface Writing {
  /** Absolute. */
  root: string
  files: readonly StagedFile[]
  moves: readonly Move[]
}

/** What stands at the paths and the folders above them, up to the root (''); absent ones are left out. */
export async function surveyPaths(
  root: string,
  paths: readonly string[],
): Promise<Map<string, 'folder' | 'other'>> {
  const found = new Map<string, 'folder' | 'other'>()
  const rootStat = await stat(root).catch(toleratingAbsence)
  if (rootStat === undefined) return found
  found.set('', rootStat.isDirectory() ? 'folder' : 'other')
  const wanted = new Set(paths.flatMap((path) => [path, ...foldersAbove(path)]))
  for (const path of [...wanted].toSorted()) {
    const above = dirname(path) === '.' ? '' : dirname(path)
    if (found.get(above) !== 'folder') continue
    const stats = await lstat(join(root, path)).catch(toleratingAbsence)
    if (stats !== undefined) found.set(path, stats.isDirectory() ? 'folder' : 'other')
  }
  return found
}

/** Stages the files, then moves them into place. Rejects, with nothing in place, when staging fails. */
export async function writeTree({ root, files, moves }: Writing): Promise<void> {
  const isNewRoot = moves.some(({ path }) => path === '')
  const parent = isNewRoot ? dirname(root) : root
  await mkdir(parent, { recursive: true })
  const staging = join(parent, `.${basename(root)}.msvc-${process.pid}`)
  // Each by itself: a recursive mkdir never returns where the kernel answers ENOENT, as below /proc.
  await mkdir(staging)
  await mkdir(join(staging, 'files'))
  try {
    await stage(join(staging, 'files'), files)
    if (moves.length > 1) await writeJournal(staging, { root: isNewRoot ? basename(root) : '.', moves })
    for (const move of moves) await makeMove(root, join(staging, 'files'), move)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/**
 * Undoes a writing that was just made; `files` hold what the replaced ones held before. What somebody
 * has changed since then is not put back.
 */
export async function takeBack({ root, files, moves }: Writing): Promise<void> {
  const replaced = moves.flatMap((move) => (move.how === 'replace-file' ? [move] : []))
  const unchanged = []
  for (const move of replaced) {
    if (sha256(await readFile(join(root, move.path))) !== move.sha256) continue
    unchanged.push({ ...move, sha256Before: move.sha256, sha256: move.sha256Before })
  }
  if (unchanged.length > 0) await writeTree({ root, files, moves: unchanged })
  await removePaths(
    root,
    moves.filter(({ how }) => how !== 'replace-file').map(({ path }) => path),
  )
}

export async function removePaths(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(join(root, path), { recursive: true, force: true, maxRetries: 3 })
}

/**
 * Deals with what killed runs left in a folder: finishes what had been decided, removes the rest.
 * Returns the names of the staging folders that it dealt with.
 */
export async function recoverWrites(parent: string): Promise<string[]> {
  const names = await readdir(parent).catch(toleratingAbsence)
  const leftovers = (names ?? []).filter((name) => {
    const pid = /^\.[a-zA-Z0-9_.-]+\.msvc-(\d+)$/.exec(name)?.[1]
    return pid !== undefined && !isAlive(Number(pid))
  })
  const dealtWith: string[] = []
  for (const name of leftovers) {
    const staging = join(parent, name)
    // Only a folder that we could have made: anything else with such a name is not ours to remove.
    const entries = await readdir(staging).catch(() => undefined)
    if (entries === undefined || !entries.every((entry) => entry === 'files' || entry === journalName))
      continue
    const journal = await readJournal(staging)
    if (journal !== undefined) {
      const root = join(parent, journal.root)
      for (const move of journal.moves) await finishMove(root, join(staging, 'files'), move)
    }
    await rm(staging, { recursive: true, force: true })
    dealtWith.push(name)
  }
  return dealtWith
}

async function stage(folder: string, files: readonly StagedFile[]): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(join(folder, path))))
  for (const needed of folders) await mkdir(needed, { recursive: true })
  await Promise.all(files.map(({ path, content }) => writeFile(join(folder, path), content, { flag: 'wx' })))
}

async function makeMove(root: string, staged: string, move: Move): Promise<void> {
  const from = join(staged, move.path)
  const to = join(root, move.path)
  switch (move.how) {
    case 'place-folder':
      await mkdir(dirname(to), { recursive: true })
      return rename(from, to)
    case 'place-file':
      // A link fails where a rename would replace.
      await link(from, to)
      return rm(from)
    case 'replace-file': {
      if (sha256(await readFile(to)) !== move.sha256Before) {
        throw new Error(`${to} changed while it was being edited; nothing of it was replaced`)
      }
      return rename(from, to)
    }
  }
}

// After a crash a move may be done already, or its place may be taken by something newer: both stay.
async function finishMove(root: string, staged: string, move: Move): Promise<void> {
  const isStaged = (await lstat(join(staged, move.path)).catch(toleratingAbsence)) !== undefined
  if (!isStaged) return
  const target = join(root, move.path)
  const isTaken = (await lstat(target).catch(toleratingAbsence)) !== undefined
  if (move.how !== 'replace-file') return isTaken ? undefined : makeMove(root, staged, move)
  const isAsBefore = isTaken && sha256(await readFile(target)) === move.sha256Before
  return isAsBefore ? makeMove(root, staged, move) : undefined
}

const journalName = 'journal.json'

interface Journal {
  /** Relative to the staging folder's parent. */
  root: string
  moves: readonly Move[]
}

async function writeJournal(staging: string, journal: Journal): Promise<void> {
  const temporary = join(staging, 'files', `.${journalName}`)
  await using file = await open(temporary, 'w')
  await file.writeFile(JSON.stringify(journal))
  await file.sync()
  await rename(temporary, join(staging, journalName))
}

async function readJournal(staging: string): Promise<Journal | undefined> {
  const text = await readFile(join(staging, journalName), 'utf8').catch(toleratingAbsence)
  return text === undefined ? undefined : (JSON.parse(text) as Journal)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

function toleratingAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
