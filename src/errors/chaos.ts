// Errors about faults and experiments, and about the proxies that the edges lead through.

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
  faultDidNotBite: (
    { id, kind, target }: { id: string; kind: string; target: string },
    why: string,
    cause: unknown,
  ) =>
    new UserError({
      code: 'fault-did-not-bite',
      message: `${kind} ${target} (${id}) did not bite, and was undone: ${why}.`,
      next: 'See what runs with `msvc status`, and repeat it; what becomes of faults is told by `msvc chaos status`.',
      exitCode: exitCodes.failed,
      data: { fault: id, kind, target, why },
      cause,
    }),
  faultUnhealed: (
    { id, kind, target }: { id: string; kind: string; target: string },
    { why, whyUnhealed }: { why: string; whyUnhealed: string },
    cause: unknown,
  ) =>
    new UserError({
      code: 'fault-unhealed',
      message: `${kind} ${target} (${id}) did not bite (${why}), and could not be healed: ${whyUnhealed}.`,
      next: `Try it again with \`msvc chaos heal ${id}\`; \`msvc down\` ends whatever is left of it.`,
      exitCode: exitCodes.residual,
      data: { fault: id, kind, target, why, whyUnhealed },
      cause,
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
  haltNotKept: (cause: Error) =>
    new UserError({
      code: 'halt-not-kept',
      message: `All faults are ended, but new ones are not blocked: .msvc/halted cannot be written (${cause.message}).`,
      next: 'Mend that, and repeat `msvc chaos halt`.',
      exitCode: exitCodes.failed,
      cause,
    }),
  experimentUnderWay: () =>
    new UserError({
      code: 'experiment-under-way',
      message: 'An experiment is going on in this system: it would be blamed for what is broken beside it.',
      next: 'Wait for its end, or end it with Ctrl-C there or with `msvc chaos halt`. Nothing was set.',
      exitCode: exitCodes.failed,
    }),
  edgesAreDirect: (edge: string) =>
    new UserError({
      code: 'edges-are-direct',
      message: `${edge} cannot be broken: the system runs without proxies (--direct).`,
      next: 'Start it again with `msvc down` and `msvc up -d`.',
      exitCode: exitCodes.failed,
      data: { edge },
    }),
  faultNotOnToxiproxy: (kind: string, why: string) =>
    new UserError({
      code: 'fault-not-on-toxiproxy',
      message: `${kind} cannot be set through a foreign Toxiproxy server: ${why}.`,
      next: "msvc's own proxy can: start the system with `msvc down` and `msvc up -d`, without --toxiproxy.",
      exitCode: exitCodes.failed,
      data: { kind, why },
    }),
  toxiproxyAbsent: (address: string, reason: string, cause: unknown) =>
    new UserError({
      code: 'toxiproxy-absent',
      message: `There is no Toxiproxy server at ${address}: ${reason}.`,
      next: 'Start it there, or leave --toxiproxy out: msvc has a proxy of its own.',
      exitCode: exitCodes.failed,
      data: { address, reason },
      cause,
    }),
  toxiproxyNotHere: (address: string) =>
    new UserError({
      code: 'toxiproxy-not-here',
      message: `The Toxiproxy server at ${address} is not on this machine, and could not reach the services.`,
      next: 'They listen on loopback only: start the server here, and say --toxiproxy 127.0.0.1:8474.',
      data: { address },
    }),
  proxiesEnded: (cause: unknown) =>
    new UserError({
      code: 'proxies-ended',
      message:
        'The process with the proxies of the edges ended just then; what it was asked for may not be done.',
      next: 'It starts again by itself, with no fault in it. Look with `msvc chaos status`, and repeat it.',
      exitCode: exitCodes.failed,
      cause,
    }),
  cannotProxy: (what: string, reason: string) =>
    new UserError({
      code: 'cannot-proxy',
      message: `The proxy cannot have ${what}: ${reason}.`,
      next: 'Choose another address, or end the process that has it.',
      exitCode: exitCodes.failed,
      data: { what, reason },
    }),
  remoteNeedsConsent: (address: string) =>
    new UserError({
      code: 'remote-needs-consent',
      message: `${address} is not on this machine.`,
      next: 'Faults stay on this machine unless you say --allow-remote.',
      data: { address },
    }),
}
