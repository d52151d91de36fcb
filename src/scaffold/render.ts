// Template files → files of a system.
//
// Only what ends in .hbs is rendered; everything else is copied byte for byte, so that the templates
// can be type-checked, linted and tested where they are (docs/adding-a-template.md).

import Handlebars from 'handlebars'
import { mergeTrees, textFile, textOf, type Tree, type TreeFile } from './tree.ts'

const suffix = '.hbs'

/** What a .hbs file may use. A name that is not here fails the rendering (strict mode). */
export type TemplateContext = Readonly<Record<string, unknown>>

/** Throws when a template uses a variable that the context does not have. */
export function renderTree(template: Tree, context: TemplateContext): Tree {
  return mergeTrees(template.map((file) => renderFile(file, context)))
}

function renderFile({ path, content }: TreeFile, context: TemplateContext): TreeFile {
  if (!path.endsWith(suffix)) return { path: undotted(path), content }
  // noEscape: we write JSON, YAML and Markdown, and HTML entities would be wrong in all of them.
  const render = Handlebars.compile(textOf({ path, content }), { noEscape: true, strict: true })
  return textFile(undotted(path.slice(0, -suffix.length)), render(context))
}

// npm leaves the first two out of packages under their own names, and our own lint would heed the third: so
// templates store them with an underscore.
const undotted = (path: string): string => path.replace(/(^|\/)_(gitignore|npmrc|oxlintrc\.json)$/, '$1.$2')
