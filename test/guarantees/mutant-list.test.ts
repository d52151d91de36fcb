// The hunt itself is `node test/guarantees/mutants.ts`; this only sees, quickly, that the list fits the code.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replacedOnce } from '../fixtures/replace-once.ts'
import { guaranteeMutants } from '../soak/mutants.ts'
import { recordMutants } from './mutant-list.ts'
import { repository } from './planted-fault.ts'

test.each(recordMutants)('there is a place for: $guarantee, $fault', async ({ edit, seenBy }) => {
  const text = await readFile(join(repository, edit.path), 'utf8')
  expect(replacedOnce(text, edit)).not.toBe(text)
  expect(existsSync(join(repository, seenBy.file))).toBe(true)
})

test.each(guaranteeMutants)('there is a place for: $fault', async ({ edits }) => {
  const texts = new Map<string, string>()
  for (const [path, from, to] of edits) {
    const text = texts.get(path) ?? (await readFile(join(repository, 'templates/system', path), 'utf8'))
    texts.set(path, replacedOnce(text, { path, from, to }))
  }
  expect(texts.size).toBeGreaterThan(0)
})

test.each([
  'hash chain',
  'anchors',
  'rows are final',
  'expected version',
  'idempotency key',
  'whose order it is',
  'mailbox',
  'dead letters',
  'feed without gaps',
  'notifications',
  'record of a load run',
  'every step may be the last',
  'checkpoint',
  'bad input',
  'a store that cannot be written',
  'logs joined by trace',
])('%s has a mutant', (guarantee) => {
  expect(recordMutants.filter((mutant) => mutant.guarantee === guarantee)).not.toEqual([])
})
