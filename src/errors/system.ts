// Errors about a system's own files: reading msvc.yaml, names, writing new files.

import { at, didYouMean, type Place, UserError } from './user-error.ts'

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
}
