import { expect, test } from 'vitest'
import { renderTree } from '../../src/scaffold/render.ts'
import { textFile, textOf } from '../../src/scaffold/tree.ts'

test('only .hbs files are rendered, and lose the suffix', () => {
  const tree = renderTree([textFile('a.json.hbs', '{{name}}'), textFile('b.ts', '{{name}}')], {
    name: 'shop',
  })
  expect(tree.map((file) => [file.path, textOf(file)])).toEqual([
    ['a.json', 'shop'],
    ['b.ts', '{{name}}'],
  ])
})

test('nothing is escaped as HTML', () => {
  const [file] = renderTree([textFile('a.md.hbs', '{{name}}')], { name: '<a> & "b"' })
  expect(textOf(file!)).toBe('<a> & "b"')
})

test('a variable that nobody gives is an error, not an empty text', () => {
  expect(() => renderTree([textFile('a.md.hbs', '{{nmae}}')], { name: 'shop' })).toThrow(/nmae/)
})

test('the files that npm would drop get their names back, at any depth', () => {
  const tree = renderTree(
    [
      textFile('_gitignore', ''),
      textFile('a/_npmrc.hbs', ''),
      textFile('_oxlintrc.json', ''),
      textFile('a_npmrc', ''),
    ],
    {},
  )
  expect(tree.map(({ path }) => path)).toEqual(['.gitignore', '.oxlintrc.json', 'a/.npmrc', 'a_npmrc'])
})
