// A service template → the folder of one service.

import { renderTree } from './render.ts'
import { mergeTrees, textFile, textOf, type Tree } from './tree.ts'

/** The name of the package is all that varies: code reads its own name from the environment. */
export function serviceTree(name: string, template: Tree): Tree {
  return mergeTrees(
    renderTree(template, { name }).map((file) =>
      file.path === 'package.json' ? textFile(file.path, withPackageName(textOf(file), name)) : file,
    ),
  )
}

// Only the value of the first "name" changes, so that the file keeps its formatting.
const withPackageName = (json: string, name: string): string =>
  json.replace(/("name"\s*:\s*)"[^"]*"/, (_, key: string) => `${key}"@system/${name}"`)
