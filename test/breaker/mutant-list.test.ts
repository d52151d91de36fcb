// The hunt itself is `node test/breaker/mutants.ts`; this only sees, quickly, that the list fits the code.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { breakerMutants, stackMutants } from './mutant-list.ts'

const source = (file: string): string =>
  fileURLToPath(new URL(`../../templates/system/platform/src/${file}`, import.meta.url))

test.each([...breakerMutants, ...stackMutants])('$file holds the place for: $fault', async (mutant) => {
  const { file, from, to } = mutant
  const text = await readFile(source(file), 'utf8')
  expect(text.split(from)).toHaveLength(2)
  expect(text.replace(from, () => to)).not.toBe(text)
})

test('there are enough of them', () => {
  expect(breakerMutants.length).toBeGreaterThanOrEqual(10)
  expect(stackMutants.length).toBeGreaterThanOrEqual(5)
})
