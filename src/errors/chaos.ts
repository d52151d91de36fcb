// Errors about faults and experiments.

import { didYouMean, exitCodes, UserError } from './user-error.ts'

export const chaosErrors = {
  unknownFaultKind: (kind: string, known: string[], suggestion?: string) =>
    new UserError({
      code: 'unknown-fault-kind',
      message: `There is no fault called ${kind}.${didYouMean(suggestion)}`,
      next: `Faults: ${known.join(', ')}.`,
      data: { kind, known, suggestion },
    }),
  unknownFault: (id: string, known: string[]) =>
    new UserError({
      code: 'unknown-fault',
      message: `There is no fault ${id}.`,
      next: known.length === 0 ? 'No fault was set since `msvc up`.' : `Faults: ${known.join(', ')}.`,
      data: { id, known },
    }),
  unknownParameter: (kind: string, name: string, known: string[], suggestion?: string) =>
    new UserError({
      code: 'unknown-parameter',
      message: `${kind} takes no ${name}.${didYouMean(suggestion)}`,
      next: known.length === 0 ? `${kind} takes nothing but a time.` : `It takes ${known.join(', ')}.`,
      data: { kind, name, known, suggestion },
    }),
  needsParameter: (kind: string, name: string, expected: string) =>
    new UserError({
      code: 'needs-parameter',
      message: `${kind} needs ${name}: ${expected}.`,
      next: `See all that it takes with \`msvc chaos ${kind} --help\`.`,
      data: { kind, name },
    }),
  faultTouchesNothing: (kind: string, target: string, why: string) =>
    new UserError({
      code: 'fault-touches-nothing',
      message: `${kind} ${target} would break nothing: ${why}.`,
      next: 'See what runs with `msvc status`.',
      exitCode: exitCodes.failed,
      data: { kind, target, why },
    }),
  faultImpossible: (kind: string, target: string, why: string) =>
    new UserError({
      code: 'fault-impossible',
      message: `${kind} cannot be done to ${target}: ${why}.`,
      next: 'Choose another fault; see them with `msvc chaos --help`.',
      exitCode: exitCodes.failed,
      data: { kind, target, why },
    }),
  faultsConflict: (
    fault: { kind: string; target: string },
    open: { id: string; kind: string },
    over: string,
  ) =>
    new UserError({
      code: 'faults-conflict',
      message: `${fault.kind} ${fault.target} conflicts with ${open.id} (${open.kind}): both need the ${over}. Nothing was set.`,
      next: `End that one first with \`msvc chaos heal ${open.id}\`.`,
      exitCode: exitCodes.failed,
      data: { ...fault, conflictsWith: open.id, over },
    }),
  faultsHalted: () =>
    new UserError({
      code: 'faults-halted',
      message: 'Faults are halted in this system.',
      next: 'Allow them again with `msvc chaos halt --lift`.',
      exitCode: exitCodes.failed,
    }),
  systemIsBroken: (fault: { id: string; kind: string; target: string }) =>
    new UserError({
      code: 'system-is-broken',
      message: `${fault.kind} ${fault.target} (${fault.id}) is going on already: an experiment needs a healthy system.`,
      next: `Wait for its end, or end it with \`msvc chaos heal ${fault.id}\`.`,
      exitCode: exitCodes.failed,
      data: { fault: fault.id },
    }),
}
