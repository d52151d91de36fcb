// Errors about the proxies that the edges lead through, ours and foreign ones.

import { exitCodes, UserError } from './user-error.ts'

export const proxyErrors = {
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
