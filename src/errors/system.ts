// Errors about what was typed, the files that it names, and a system's own files.

import { at, didYouMean, exitCodes, type Place, UserError } from './user-error.ts'

export const systemErrors = {
  noSystemHere: (folder: string) =>
    new UserError({
      code: 'no-system-here',
      message: `There is no msvc.yaml in ${folder} or in a folder above it.`,
      next: 'Make a system with `msvc new system shop`, or change into one.',
    }),
  fileInvalid: (place: Place, reason: string, next: string) =>
    new UserError({
      code: 'file-invalid',
      message: `${at(place)}: ${reason}`,
      next,
      data: { ...place },
    }),
  unknownService: (name: string, known: string[], suggestion?: string) =>
    new UserError({
      code: 'unknown-service',
      message: `There is no service named ${name}.${didYouMean(suggestion)}`,
      next: known.length === 0 ? 'Add one with `msvc new service`.' : `Services: ${known.join(', ')}.`,
      data: { name, known, suggestion },
    }),
  unknownEdge: (name: string, known: string[], suggestion?: string) =>
    new UserError({
      code: 'unknown-edge',
      message: `There is no edge ${name}.${didYouMean(suggestion)}`,
      next: known.length === 0 ? 'No service here calls another.' : `Edges: ${known.join(', ')}.`,
      data: { name, known, suggestion },
    }),
  templateNeedsService: (template: string, needed: string, known: string[]) =>
    new UserError({
      code: 'template-needs-service',
      message: `The code of ${template} is tested together with ${needed}, which ${known.length === 0 ? 'a system of one service' : 'this system'} does not have.`,
      next:
        known.length === 0
          ? `Begin with \`msvc new service ${needed} --template ${needed}\` and repeat this inside of it, or make all with \`msvc new system shop\`.`
          : `Add that first with \`msvc new service ${needed} --template ${needed}\`.`,
      data: { template, needed },
    }),
  badName: (name: string, reason: string, suggestion?: string) =>
    new UserError({
      code: 'bad-name',
      message: `${JSON.stringify(name)} cannot be used as a name: ${reason}.`,
      next: suggestion === undefined ? 'Choose another name.' : `Try ${suggestion}.`,
      data: { name, suggestion },
    }),
  nameTaken: (name: string, suggestion?: string) =>
    new UserError({
      code: 'name-taken',
      message: `The system has a service named ${name} already.`,
      next: suggestion === undefined ? 'Choose another name.' : `Try ${suggestion}.`,
      data: { name, suggestion },
    }),
  /** Lists the first twenty; the data has all. */
  filesInTheWay: (root: string, refused: { path: string; reason: string }[]) =>
    new UserError({
      code: 'files-in-the-way',
      message: [
        `Nothing was written: ${refused.length} ${refused.length === 1 ? 'path is' : 'paths are'} taken in ${root}.`,
        ...refused.slice(0, 20).map(({ path, reason }) => `  ${path}  (${reason})`),
        ...(refused.length > 20 ? [`  and ${refused.length - 20} more (--json lists all)`] : []),
      ].join('\n'),
      next: 'Choose another name or folder, or move these out of the way; msvc never overwrites.',
      data: { root, refused },
    }),
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
