import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errors } from '../src/errors.ts'

const folder = join(import.meta.dirname, '../src/errors')

test('every part of the catalogue is reached through it, and none covers an error of another', async () => {
  const files = (await readdir(folder)).filter((file) => file !== 'user-error.ts')
  const parts: object[] = await Promise.all(files.map((file) => import(join(folder, file))))
  const names = parts.flatMap((part) => Object.values(part)).flatMap((part: object) => Object.keys(part))
  expect(Object.keys(errors).toSorted()).toEqual(names.toSorted())
})
