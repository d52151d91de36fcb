// What the file system refuses → a UserError. Which path a command touches is known where it touches it;
// what its refusal means to a user is the same everywhere, and stands here once.

import { errors, type UserError } from '../errors.ts'

/** Refusals that a user can mend; everything else of the file system is a bug. */
const reasons: Record<string, string> = {
  EACCES: 'you may not (permission denied)',
  EPERM: 'you may not (operation not permitted)',
  EROFS: 'it is on a file system that is read-only',
  ENOSPC: 'no space is left there',
  EDQUOT: 'your quota of that disk is used up',
  EISDIR: 'it is a folder',
  ENOTDIR: 'something on the way there is no folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open (see `ulimit -n`)',
  ENFILE: 'too many files are open on this machine',
  EIO: 'the disk does not work',
}

// As Node calls them in errors; reading, and opening for it, is what is left.
const makesFolder = new Set(['mkdir', 'mkdtemp'])
const writes = new Set(['write', 'rename', 'link', 'symlink', 'unlink', 'rm', 'rmdir', 'fsync'])

// Met with no path in the error, when what was open already is written on.
const ofWholeDisk = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE'])

/** undefined: not the file system's, or a bug. */
export function diskTrouble(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, syscall, path } = error as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined) return undefined
  if (code === 'ENOENT' && syscall === 'uv_cwd') return errors.folderGone(error)
  const reason = (makesFolder.has(syscall) ? whyNoFolder[code] : undefined) ?? reasons[code]
  const what = path ?? (ofWholeDisk.has(code) ? 'a file' : undefined)
  if (reason === undefined || what === undefined) return undefined
  return errors.diskRefused({ doing: verb(syscall), path: what, reason }, code, error)
}

// With its parents, mkdir answers ENOENT where the disk is read-only.
const whyNoFolder: Record<string, string> = {
  ENOENT: 'what should hold it is missing or cannot be written to',
  EEXIST: 'a file of that name is in the way',
}

function verb(syscall: string): string {
  if (makesFolder.has(syscall)) return 'make the folder'
  if (syscall.startsWith('spawn')) return 'run'
  if (syscall === 'open') return 'open'
  return writes.has(syscall) ? 'write' : 'read'
}
