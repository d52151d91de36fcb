// A virtual tree: what is to stand on disk, before anything does.

/** A file with its path relative to the tree's root, `/` between the parts. */
export interface TreeFile {
  path: string
  content: Uint8Array
}

/** Sorted by path, each path once. */
export type Tree = readonly TreeFile[]

/** Content → hex digest. Handed in, because hashing lives in an adapter. */
export type Sha256 = (content: Uint8Array) => string

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const textFile = (path: string, text: string): TreeFile => ({ path, content: encoder.encode(text) })

export const textOf = (file: TreeFile): string => decoder.decode(file.content)

/** Merges trees; a path of a later tree replaces the same path of an earlier one. */
export function mergeTrees(...trees: Tree[]): Tree {
  const byPath = new Map(trees.flat().map((file) => [file.path, file]))
  return [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** The same files one folder further down. */
export const below = (folder: string, tree: Tree): Tree =>
  tree.map(({ path, content }) => ({ path: `${folder}/${path}`, content }))
