// Errors about what was typed, and about the folder and the files that it names.

import { didYouMean, exitCodes, UserError } from './user-error.ts'

export const inputErrors = {
  unknownCommand: (name: string, suggestion?: string) =>
    new UserError({
      code: 'unknown-command',
      message: `msvc ${name} is not a command.${didYouMean(suggestion && `msvc ${suggestion}`)}`,
      next: 'See all commands with `msvc help`.',
      data: { name, suggestion },
    }),
  badValue: (what: string, value: string, expected: string) =>
    new UserError({
      code: 'bad-value',
      message: `${what} cannot be ${JSON.stringify(value)}.`,
      next: `Expected ${expected}.`,
      data: { what, value },
    }),
  needsAnswer: (what: string, flag: string) =>
    new UserError({
      code: 'needs-answer',
      message: `${what} is needed, and there is nobody to ask.`,
      next: `Give it on the command line: ${flag}.`,
    }),
  fileMissing: (file: string) =>
    new UserError({
      code: 'file-missing',
      message: `There is no file ${file}.`,
      next: 'Check the path; it is taken from the folder that you are in.',
      data: { file },
    }),
  diskRefused: (
    { doing, path, reason }: { doing: string; path: string; reason: string },
    code: string,
    cause: unknown,
  ) =>
    new UserError({
      code: 'disk-refused',
      message: `Cannot ${doing} ${path}: ${reason}.`,
      next: 'Mend that, or use another folder; then type the same again.',
      exitCode: exitCodes.failed,
      cause,
      data: { path, errno: code },
    }),
  folderGone: (cause: unknown) =>
    new UserError({
      code: 'folder-gone',
      message: 'The folder that you are in was removed.',
      next: 'Change into one that is there, such as with `cd`.',
      cause,
    }),
}
