// Errors about what runs, or should: the agent, its services, their breakers.

import { exitCodes, UserError } from './user-error.ts'

export const fleetErrors = {
  agentNotRunning: (system: string) =>
    new UserError({
      code: 'agent-not-running',
      message: `Nothing runs of ${system}: its agent does not answer.`,
      next: 'Start it with `msvc up -d`.',
      exitCode: exitCodes.failed,
    }),
  fleetRunsOtherwise: (system: string, { flag, how }: { flag: string; how: string }) =>
    new UserError({
      code: 'fleet-runs-otherwise',
      message: `${system} runs already, ${how}: ${flag} cannot change that.`,
      next: 'End it with `msvc down`, then type the same again.',
      exitCode: exitCodes.failed,
      data: { system, flag },
    }),
  agentRecordForeign: (path: string, pid: number | undefined) =>
    new UserError({
      code: 'agent-record-foreign',
      message: `${path} was not written by this version of msvc, so it does not tell whether the system runs.`,
      next: `End that fleet with \`msvc down\` of the version that started it${pid === undefined ? '' : `, or with \`kill ${pid}\` if that is its agent`}; then remove the file.`,
      exitCode: exitCodes.failed,
      data: { path, pid },
    }),
  agentGone: (system: string, cause: unknown) =>
    new UserError({
      code: 'agent-gone',
      message: `The agent of ${system} ended in the meantime.`,
      next: 'See what is left with `msvc status`.',
      exitCode: exitCodes.failed,
      cause,
    }),
  agentSilent: (pid: number | undefined) =>
    new UserError({
      code: 'agent-silent',
      message: `The agent${pid === undefined ? '' : ` (pid ${pid})`} is there and does not answer.`,
      next: `End it with \`kill -9 ${pid ?? '<pid>'}\`; its services end with it. Then \`msvc up -d\`.`,
      exitCode: exitCodes.failed,
      data: { pid },
    }),
  agentDied: (log: string[], logPath: string) =>
    new UserError({
      code: 'agent-died',
      message: ['The agent ended before it could start anything:', ...log.map((line) => `  ${line}`)].join(
        '\n',
      ),
      next: `Its log is ${logPath}.`,
      exitCode: exitCodes.failed,
      data: { log },
    }),
  fleetAstray: (system: string, pid: number, why: string) =>
    new UserError({
      code: 'fleet-astray',
      message: `${system} still runs (agent pid ${pid}), but its folder is not as it was: ${why}.`,
      next: 'End it with `msvc down`, then start it again with `msvc up -d`.',
      exitCode: exitCodes.failed,
      data: { system, pid, why },
    }),
  serviceAddedSince: (service: string, cause: unknown) =>
    new UserError({
      code: 'service-added-since',
      message: `${service} stands in msvc.yaml, but not in the fleet that runs: it was added since \`msvc up\`.`,
      next: 'Start the system again with `msvc down` and `msvc up -d`; then it is part of it.',
      exitCode: exitCodes.failed,
      cause,
      data: { service },
    }),
  serviceFolderMissing: (service: string, path: string) =>
    new UserError({
      code: 'service-folder-missing',
      message: `The folder of ${service} is missing: ${path}.`,
      next: `Mend its path in msvc.yaml, or make it with \`msvc new service ${service}\`.`,
      data: { service, path },
    }),
  dependenciesMissing: (service: string, missing: string[], how: { root: string; install: string }) =>
    new UserError({
      code: 'dependencies-missing',
      message: `${service} needs ${missing.join(', ')}, which is not installed.`,
      next: `Run \`${how.install}\` in ${how.root}.`,
      data: { service, missing },
    }),
  portTaken: (service: string, port: number, holder: string | undefined) =>
    new UserError({
      code: 'port-taken',
      message: `Port ${port} of ${service} is taken${holder === undefined ? '' : ` by ${holder}`}.`,
      next: `End that process, or give ${service} another port in msvc.yaml (none: a free one is taken).`,
      exitCode: exitCodes.failed,
      data: { service, port, holder },
    }),
  serviceNotReady: (service: string, why: string, lastLines: string[]) =>
    new UserError({
      code: 'service-not-ready',
      message: [`${service} did not become ready: ${why}.`, ...lastLines.map((line) => `  ${line}`)].join(
        '\n',
      ),
      next: `See all it wrote with \`msvc logs ${service}\`.`,
      exitCode: exitCodes.failed,
      data: { service, why, lastLines },
    }),
  serviceHeld: (service: string, why: string) =>
    new UserError({
      code: 'service-held',
      message: `${service} is ${why}.`,
      next: 'End the fault with `msvc chaos heal`.',
      exitCode: exitCodes.failed,
    }),
  breakerAbsent: (edge: string, caller: string) =>
    new UserError({
      code: 'breaker-absent',
      message: `${caller} publishes no breaker for ${edge}, or does not run.`,
      next: 'See what runs with `msvc status`; a service publishes its breakers at /breakers on its admin port.',
      exitCode: exitCodes.failed,
      data: { edge },
    }),
  breakerRefused: (edge: string, reason: string) =>
    new UserError({
      code: 'breaker-refused',
      message: `The breaker of ${edge} was not set: ${reason}.`,
      next: 'See how it is with `msvc breaker`.',
      exitCode: exitCodes.failed,
      data: { edge },
    }),
}
