// Errors before and around load: the scenario, the target, the requests.

import { at, exitCodes, type Place, UserError } from './user-error.ts'

export const loadErrors = {
  scenarioMissing: (file: string) =>
    new UserError({
      code: 'scenario-missing',
      message: `There is no scenario file ${file}.`,
      next: 'Name one with --scenario, or give a URL as the target.',
    }),
  targetInvalid: (target: string, reason: string) =>
    new UserError({
      code: 'target-invalid',
      message: `${JSON.stringify(target)} cannot be loaded: ${reason}.`,
      next: 'Give a whole address, such as http://127.0.0.1:4000/orders.',
      data: { target },
    }),
  targetPublic: (host: string, address: string) =>
    new UserError({
      code: 'target-public',
      message: `${host === address ? host : `${host} (${address})`} is a public address.`,
      next: 'Load only what is yours to load; then say so with --yes-i-own-this-target.',
      data: { host, address },
    }),
  tooManyConnections: (connections: number, limit: number) =>
    new UserError({
      code: 'too-many-connections',
      message: `The run may need ${connections} connections, and a process may have ${limit} files open here.`,
      next: 'Raise the limit with `ulimit -n`, or give --connections.',
      data: { connections, limit },
    }),
  targetUnreachable: (target: string) =>
    new UserError({
      code: 'target-unreachable',
      message: `Nothing takes connections at ${target}.`,
      next: 'Start it first, or check host and port.',
      exitCode: exitCodes.failed,
      data: { target },
    }),
  hostUnknown: (host: string, cause: unknown) =>
    new UserError({
      code: 'host-unknown',
      message: `The name ${host} leads to no address.`,
      next: 'Check the spelling, or use an address such as 127.0.0.1.',
      cause,
      data: { host },
    }),
  requestInvalid: (name: string, reason: string, place?: Place) =>
    new UserError({
      code: 'request-invalid',
      message: `${place === undefined ? '' : `${at(place)}: `}The request ${JSON.stringify(name)} cannot be sent: ${reason}.`,
      next: 'Correct its method, path or headers.',
      data: { name, ...place },
    }),
  setupFailed: (step: { name: string; request: string; place: Place }, reason: string, cause?: unknown) =>
    new UserError({
      code: 'setup-failed',
      message: `${at(step.place)}: The setup step ${JSON.stringify(step.name)} (${step.request}) failed: ${reason}.`,
      next: 'No load was made. Check that the target runs and that the scenario fits it.',
      exitCode: exitCodes.failed,
      ...(cause === undefined ? {} : { cause }),
      data: { step: step.name, ...step.place },
    }),
}
