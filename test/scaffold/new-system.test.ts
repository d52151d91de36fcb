import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/adapters/sha256.ts'
import { readTemplate } from '../../src/adapters/template-source.ts'
import { loadExperiment } from '../../src/runtime/read-experiment.ts'
import { newSystem } from '../../src/runtime/new.ts'
import { parseScenario } from '../../src/load/scenario.ts'
import { parseSystem } from '../../src/system/parse-system.ts'
import { quietly } from '../fixtures/rendered-system.ts'
import { filesBelow, temporaryFolder } from './temporary-folder.ts'

const undotted = (path: string) => path.replace(/(^|\/)_(gitignore|npmrc|oxlintrc\.json)$/, '$1.$2')

describe('a new system', () => {
  test('is the template byte for byte, but for the .hbs files and our own records', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const made = await filesBelow(join(temporary.path, 'shop'))
    const template = await readTemplate('system')
    expect(template.length).toBeGreaterThan(20)

    const expected = template.map(({ path }) => undotted(path.replace(/\.hbs$/, '')))
    expect([...made.keys()]).toEqual(
      [
        ...expected,
        '.msvc/experiment.schema.json',
        '.msvc/lock.json',
        '.msvc/scenario.schema.json',
        '.msvc/schema.json',
      ].toSorted(),
    )
    for (const { path, content } of template.filter((file) => !file.path.endsWith('.hbs'))) {
      expect(made.get(undotted(path))?.equals(content), path).toBe(true)
    }
    expect(template.filter(({ path }) => path.endsWith('.hbs')).length / template.length).toBeLessThanOrEqual(
      0.1,
    )
  })

  test('has a valid system file, scenario and package of its name', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const read = (path: string) => readFile(join(temporary.path, 'shop', path), 'utf8')
    const system = parseSystem(await read('msvc.yaml'), 'msvc.yaml')
    expect(system.name).toBe('shop')
    expect(system.services.map(({ name }) => name)).toEqual([
      'gateway',
      'order',
      'payment',
      'notification',
      'provider',
    ])
    expect(JSON.parse(await read('package.json'))).toMatchObject({ name: 'shop' })
    expect(JSON.parse(await read('.msvc/schema.json'))).toHaveProperty('properties.services')
    expect(JSON.parse(await read('.msvc/scenario.schema.json'))).toHaveProperty('properties.requests')
    expect(parseScenario(await read('load/default.yaml'), 'load/default.yaml').requests).toHaveLength(2)
  })

  test('has experiments that fit its system and its scenario', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const root = join(temporary.path, 'shop')
    const files = (await readdir(join(root, 'experiments'))).toSorted()
    const experiments = await Promise.all(
      files.map(async (file) => (await loadExperiment(join('experiments', file), root)).experiment),
    )
    expect(files).toEqual(experiments.map(({ name }) => `${name}.yaml`))
    expect(files).toEqual(
      expect.arrayContaining(['notification-down.yaml', 'order-down.yaml', 'payment-down.yaml']),
    )
    const schema = JSON.parse(await readFile(join(root, '.msvc/experiment.schema.json'), 'utf8'))
    expect(schema).toHaveProperty('properties.steadyState')
  })

  test('locks the hash of every file but the lock', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const made = await filesBelow(join(temporary.path, 'shop'))
    const lock = JSON.parse(made.get('.msvc/lock.json')!.toString('utf8'))
    made.delete('.msvc/lock.json')
    expect(lock).toMatchObject({
      version: 1,
      cliVersion: '1.2.3',
      template: 'system',
      answers: { name: 'shop' },
    })
    expect(lock.files).toEqual(
      Object.fromEntries([...made].map(([path, content]) => [path, sha256(content)])),
    )
  })

  test('as a dry run writes nothing and tells the same files', async () => {
    await using temporary = await temporaryFolder()
    const dry = await newSystem('shop', quietly(temporary.path, { dryRun: true }))
    expect(await filesBelow(temporary.path)).toEqual(new Map())
    const real = await newSystem('shop', quietly(temporary.path))
    expect(dry.files).toEqual(real.files)
  })

  test('lists what is in the way and writes nothing, on a dry run too', async () => {
    await using temporary = await temporaryFolder()
    const shop = join(temporary.path, 'shop')
    await mkdir(shop)
    await writeFile(join(shop, 'README.md'), 'mine')
    await writeFile(join(shop, 'services'), 'a file where a folder should be')
    const before = await filesBelow(temporary.path)
    for (const dryRun of [false, true]) {
      const refused = newSystem('shop', quietly(temporary.path, { dryRun }))
      await expect(refused).rejects.toMatchObject({
        code: 'files-in-the-way',
        exitCode: 2,
        data: {
          refused: expect.arrayContaining([
            { path: 'README.md', reason: 'exists already' },
            { path: 'services/order/package.json', reason: 'services is not a folder' },
          ]),
        },
      })
      expect(await filesBelow(temporary.path)).toEqual(before)
    }
  })

  test('of much that is in the way lists the first twenty for people, and all as data', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const refused: unknown = await newSystem('shop', quietly(temporary.path)).catch((error: unknown) => error)
    const { message, data } = refused as { message: string; data: { refused: unknown[] } }
    expect(message.split('\n')).toHaveLength(22)
    expect(message).toContain(`\n  and ${data.refused.length - 20} more (--json lists all)`)
    expect(data.refused.length).toBeGreaterThan(100)
  })

  test('where a file has its name says that alone', async () => {
    await using temporary = await temporaryFolder()
    await writeFile(join(temporary.path, 'shop'), 'mine')
    await expect(newSystem('shop', quietly(temporary.path))).rejects.toMatchObject({
      code: 'files-in-the-way',
      data: { root: temporary.path, refused: [{ path: 'shop', reason: 'is a file, not a folder' }] },
    })
  })

  test.runIf(process.platform === 'linux')('where no folder can be made fails at once', async () => {
    await expect(newSystem('shop', quietly('/proc'))).rejects.toMatchObject({ syscall: 'mkdir' })
  })

  test('joins a folder that has only other things in it', async () => {
    await using temporary = await temporaryFolder()
    await mkdir(join(temporary.path, 'shop'))
    await writeFile(join(temporary.path, 'shop', 'notes.txt'), 'mine')
    await newSystem('shop', quietly(temporary.path))
    const made = await filesBelow(temporary.path)
    expect(made.get('shop/notes.txt')?.toString()).toBe('mine')
    expect(made.has('shop/msvc.yaml')).toBe(true)
    expect([...made.keys()].filter((path) => path.includes('.msvc-'))).toEqual([])
  })

  test('with a bad name is refused before anything is read', async () => {
    await expect(newSystem('Shop', quietly('/nowhere'))).rejects.toMatchObject({ code: 'bad-name' })
  })
})
