// Puts a new system under git: init, and a first commit when git knows who commits.

import { execa } from 'execa'

export type GitResult = { state: 'committed'; commit: string } | { state: 'skipped'; reason: string }

export async function firstCommit(folder: string, message: string): Promise<GitResult> {
  const git = (...args: string[]) =>
    execa('git', args, {
      cwd: folder,
      env: withoutGit(process.env),
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    })

  const inside = await git('rev-parse', '--is-inside-work-tree')
  if (inside.code === 'ENOENT') return skipped('git was not found on the PATH')
  if (inside.stdout === 'true') return skipped('the folder is inside a git repository already')

  const branch = await git('config', '--get', 'init.defaultBranch')
  const initialised = await git('init', '--quiet', `--initial-branch=${branch.stdout || 'main'}`)
  if (initialised.failed) return skipped(`git init failed: ${initialised.stderr}`)
  if (!(await hasIdentity(git))) {
    return skipped('git does not know who commits (git config user.name, user.email)')
  }
  await git('add', '--all')
  // Signing could ask for a passphrase, and hooks are those of other projects.
  const committed = await git('-c', 'commit.gpgSign=false', 'commit', '--quiet', '--no-verify', '-m', message)
  if (committed.failed) return skipped(`git commit failed: ${committed.stderr}`)
  return { state: 'committed', commit: (await git('rev-parse', '--short', 'HEAD')).stdout }
}

const skipped = (reason: string): GitResult => ({ state: 'skipped', reason })

type Git = (...args: string[]) => PromiseLike<{ stdout: string }>

// Asked one by one, because `git var` would make an identity up from the host's name.
async function hasIdentity(git: Git): Promise<boolean> {
  const name = process.env['GIT_AUTHOR_NAME'] || (await git('config', '--get', 'user.name')).stdout
  const email = process.env['GIT_AUTHOR_EMAIL'] || (await git('config', '--get', 'user.email')).stdout
  return name !== '' && email !== ''
}

// GIT_DIR and its like, set while a hook runs, would point every command at another repository.
const withoutGit = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !name.startsWith('GIT_') || /^GIT_(AUTHOR|COMMITTER|CONFIG)_/.test(name),
    ),
  )
