import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { firstCommit } from '../../src/adapters/git.ts'
import { npmInstall, ownNodeFirst } from '../../src/adapters/npm-install.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)
let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await folder[Symbol.asyncDispose]()
})

describe('the first commit', () => {
  async function project(config: string): Promise<string> {
    const root = join(folder.path, 'shop')
    await mkdir(root)
    await writeFile(join(root, 'README.md'), 'hello')
    await writeFile(join(folder.path, 'gitconfig'), config)
    vi.stubEnv('GIT_CONFIG_GLOBAL', join(folder.path, 'gitconfig'))
    vi.stubEnv('GIT_CONFIG_SYSTEM', '/dev/null')
    for (const name of ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL']) {
      vi.stubEnv(name, undefined)
    }
    return root
  }
  const identity = '[user]\nname = Ada\nemail = ada@example.org\n'

  test('has every file, and its message', async () => {
    const root = await project(identity)
    expect(await firstCommit(root, 'Make shop')).toMatchObject({ state: 'committed' })
    const { stdout } = await run('git', ['log', '--format=%an: %s', '--name-only'], { cwd: root })
    expect(stdout.trim()).toBe('Ada: Make shop\n\nREADME.md')
    const branch = await run('git', ['branch', '--show-current'], { cwd: root })
    expect(branch.stdout.trim()).toBe('main')
  })

  test('is not made without somebody to make it, and says so', async () => {
    const root = await project('')
    expect(await firstCommit(root, 'Make shop')).toMatchObject({
      state: 'skipped',
      reason: expect.stringContaining('user.name'),
    })
  })

  test('is not made inside another repository', async () => {
    const root = await project(identity)
    await run('git', ['init', '-q', folder.path])
    expect(await firstCommit(root, 'Make shop')).toMatchObject({
      state: 'skipped',
      reason: expect.stringContaining('inside a git repository'),
    })
  })

  test('goes to the new folder even while a hook of another repository runs', async () => {
    const root = await project(identity)
    vi.stubEnv('GIT_DIR', join(folder.path, 'elsewhere'))
    expect(await firstCommit(root, 'Make shop')).toMatchObject({ state: 'committed' })
  })
})

describe('npm install', () => {
  test('runs with our Node first and without the variables of an npm around us', () => {
    const environment = {
      PATH: '/usr/bin',
      HOME: '/home/ada',
      npm_config_prefix: '/x',
      NPM_CONFIG_CACHE: '/y',
      INIT_CWD: '/z',
    }
    expect(ownNodeFirst(environment)).toEqual({
      HOME: '/home/ada',
      PATH: `${dirname(process.execPath)}:/usr/bin`,
    })
  })

  test('that cannot start says why instead of failing', async () => {
    await writeFile(join(folder.path, 'package.json'), '{')
    expect(await npmInstall(folder.path)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/exit code \d+/),
    })
  })
})
