import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unifiedDiff } from '../../src/scaffold/unified-diff.ts'

const run = promisify(execFile)

test('equal texts have no diff', () => {
  expect(unifiedDiff('a.txt', 'one\n', 'one\n')).toBe('')
})

test('a changed line stands between three lines of context', () => {
  const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n'
  expect(unifiedDiff('a.txt', before, before.replace('5', 'five'))).toBe(
    '--- a/a.txt\n+++ b/a.txt\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
  )
})

test('what git applies is the text that was meant', { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'msvc-diff-'))
  try {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '', 'long line'), { maxLength: 20 })
      .chain((lines) => fc.boolean().map((ends) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : '')))
    await fc.assert(
      fc.asyncProperty(text, text, async (before, after) => {
        fc.pre(before !== after && before !== '' && after !== '')
        await writeFile(join(folder, 'file.txt'), before)
        await writeFile(join(folder, 'patch'), unifiedDiff('file.txt', before, after))
        await run('git', ['apply', 'patch'], { cwd: folder })
        expect(await readFile(join(folder, 'file.txt'), 'utf8')).toBe(after)
      }),
      { numRuns: 60 },
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})
