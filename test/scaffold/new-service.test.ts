import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/adapters/sha256.ts'
import { readTemplate } from '../../src/adapters/template-source.ts'
import { newService, newSystem } from '../../src/runtime/new.ts'
import { templateNames, templateNamed } from '../../src/scaffold/templates.ts'
import { parseScenario } from '../../src/load/scenario.ts'
import { parseSystem } from '../../src/system/parse-system.ts'
import { quietly } from '../fixtures/rendered-system.ts'
import { filesBelow, temporaryFolder } from './temporary-folder.ts'

describe('a new service', () => {
  test('joins the system: its folder, one line of msvc.yaml, its hashes in the lock', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const shop = join(temporary.path, 'shop')
    const before = await filesBelow(shop)
    await mkdir(join(shop, 'docs'))
    const result = await newService(
      { name: 'refunds', template: 'blank', dependsOn: ['order'] },
      quietly(join(shop, 'docs')),
    )
    const after = await filesBelow(shop)

    const template = await readTemplate('blank')
    const added = template.map(({ path }) => `services/refunds/${path.replace(/\.hbs$/, '')}`)
    expect([...after.keys()].filter((path) => !before.has(path))).toEqual(added.toSorted())
    const changed = [...before.keys()].filter((path) => !after.get(path)?.equals(before.get(path)!))
    expect(changed).toEqual(['.msvc/lock.json', 'msvc.yaml'])
    expect(JSON.parse(after.get('services/refunds/package.json')!.toString())).toMatchObject({
      name: '@system/refunds',
    })
    const system = parseSystem(after.get('msvc.yaml')!.toString(), 'msvc.yaml')
    expect(system.services.at(-1)).toMatchObject({ name: 'refunds', port: 4005, dependsOn: ['order'] })
    const lock = JSON.parse(after.get('.msvc/lock.json')!.toString())
    expect(lock.services.refunds).toMatchObject({ template: 'blank' })
    for (const path of [...added, 'msvc.yaml']) expect(lock.files[path], path).toBe(sha256(after.get(path)!))
    expect(result.files.find(({ path }) => path === 'msvc.yaml')?.diff).toMatch(/^\+ {2}refunds: /m)
  })

  test('keeps the hash of a msvc.yaml that the user has changed', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const shop = join(temporary.path, 'shop')
    const lockBefore = JSON.parse(await readFile(join(shop, '.msvc/lock.json'), 'utf8'))
    const mine = `${await readFile(join(shop, 'msvc.yaml'), 'utf8')}# mine\n`
    await writeFile(join(shop, 'msvc.yaml'), mine)
    await newService({ name: 'refunds', template: 'blank' }, quietly(shop))
    const lock = JSON.parse(await readFile(join(shop, '.msvc/lock.json'), 'utf8'))
    expect(lock.files['msvc.yaml']).toBe(lockBefore.files['msvc.yaml'])
    expect(await readFile(join(shop, 'msvc.yaml'), 'utf8')).toContain('# mine')
  })

  test('never overwrites a folder that is there already', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const shop = join(temporary.path, 'shop')
    await mkdir(join(shop, 'services/refunds'))
    await writeFile(join(shop, 'services/refunds/package.json'), 'mine')
    const before = await filesBelow(shop)
    const refused = newService({ name: 'refunds', template: 'blank' }, quietly(shop))
    await expect(refused).rejects.toMatchObject({
      data: { refused: [{ path: 'services/refunds/package.json', reason: 'exists already' }] },
    })
    expect(await filesBelow(shop)).toEqual(before)
  })

  test('that is tested together with another is refused without it, and joins where it is', async () => {
    await using temporary = await temporaryFolder()
    const wish = { name: 'billing', template: 'payment' }
    const alone = newService(wish, quietly(temporary.path))
    await expect(alone).rejects.toMatchObject({
      code: 'template-needs-service',
      next: expect.stringContaining('`msvc new service provider --template provider` and repeat this inside'),
    })
    expect(await filesBelow(temporary.path)).toEqual(new Map())
    await newService({ name: 'provider', template: 'provider' }, quietly(temporary.path))
    const root = join(temporary.path, 'provider')
    expect((await newService(wish, quietly(root))).notes).toEqual([])
    const system = parseSystem(await readFile(join(root, 'msvc.yaml'), 'utf8'), 'msvc.yaml')
    expect(system.services.at(-1)).toMatchObject({ name: 'billing', dependsOn: ['provider'] })
  })

  const canBeAlone = templateNames.filter((name) => templateNamed(name)?.testedWith === undefined)
  test.each(canBeAlone)('outside a system becomes a system of one: %s', async (template) => {
    await using temporary = await temporaryFolder()
    const result = await newService({ name: 'refunds', template }, quietly(temporary.path))
    const made = await filesBelow(join(temporary.path, 'refunds'))
    const system = parseSystem(made.get('msvc.yaml')!.toString(), 'msvc.yaml')
    expect(system).toMatchObject({ name: 'refunds', entry: 'refunds' })
    expect(system.services).toEqual([expect.objectContaining({ name: 'refunds', port: 4000 })])
    const { requests } = parseScenario(made.get('load/default.yaml')!.toString(), 'load/default.yaml')
    const { route: path } = templateNamed(template)!
    expect(requests).toMatchObject([{ steps: [{ method: 'GET', path }] }])
    expect(made.has('platform/package.json')).toBe(true)
    const services = [...made.keys()].filter((path) => path.startsWith('services/'))
    expect(services.every((path) => path.startsWith('services/refunds/'))).toBe(true)
    expect(result.made).toBe('system')
  })
})
