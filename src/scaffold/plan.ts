// Tree + what is on disk → plan: pure data that a dry run prints and tree-writer.ts applies.

import type { Sha256, Tree, TreeFile } from './tree.ts'

/** What stands at a path already; absent paths are left out. */
export type Existing = ReadonlyMap<string, 'folder' | 'other'>

/** A file of ours or of the user's that is to change. `before` is what it held when we read it. */
export interface Edit {
  path: string
  before: Uint8Array
  after: Uint8Array
}

export type PlanStep =
  | { action: 'create'; path: string; bytes: number; sha256: string; content: Uint8Array }
  | {
      action: 'edit'
      path: string
      bytes: number
      sha256: string
      content: Uint8Array
      before: Uint8Array
      sha256Before: string
    }
  | { action: 'refuse'; path: string; reason: string }

export interface FilePlan {
  /** Absolute. */
  root: string
  /** Creations and refusals sorted by path, then the edits in the order in which they are to be made. */
  steps: PlanStep[]
}

export interface PlanInput {
  root: string
  create: Tree
  edit: readonly Edit[]
  /** By path relative to the root; '' is the root itself. */
  existing: Existing
  sha256: Sha256
}

export function planFiles({ root, create, edit, existing, sha256 }: PlanInput): FilePlan {
  const edits = edit.map(({ path, before, after }): PlanStep => ({
    action: 'edit',
    path,
    bytes: after.byteLength,
    sha256: sha256(after),
    content: after,
    before,
    sha256Before: sha256(before),
  }))
  return { root, steps: [...create.map((file) => createOrRefuse(file, existing, sha256)), ...edits] }
}

export const refusals = (plan: FilePlan) => plan.steps.filter((step) => step.action === 'refuse')

function createOrRefuse({ path, content }: TreeFile, existing: Existing, sha256: Sha256): PlanStep {
  if (existing.has(path)) return { action: 'refuse', path, reason: 'exists already' }
  const inTheWay = ancestors(path).find((folder) => existing.get(folder) === 'other')
  if (inTheWay !== undefined) {
    return { action: 'refuse', path, reason: `${inTheWay || 'its root'} is not a folder` }
  }
  return { action: 'create', path, bytes: content.byteLength, sha256: sha256(content), content }
}

/** `a/b/c` → '', `a`, `a/b`: the folders above a path, the root first. */
export function ancestors(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, count) => parts.slice(0, count).join('/'))
}
