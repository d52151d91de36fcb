// A service as a process: runs it, and ends it well.
//
//   SIGTERM, SIGINT ─▶ drained (drain.ts) ─▶ finish requests ─▶ close stores ─▶ exit 0
//   end of standard input (if asked for) ─▶ the same without the wait
//   an uncaught error ─▶ logged, closed, exit 1

import closeWithGrace from 'close-with-grace'
import type { TProperties } from 'typebox'
import { PolicyError } from './check-config.ts'
import { ConfigError } from './config.ts'
import { StorageUnavailable } from './durable-store.ts'
import { createLogger } from './logger.ts'
import { runService, type RunningService, type ServiceDefinition } from './service.ts'

/** For what is in flight, stores and telemetry, once it is drained. */
const closeTimeoutMs = 10_000

export async function startService<Settings extends TProperties, Callees extends string>(
  definition: ServiceDefinition<Settings, Callees>,
): Promise<void> {
  const service = await runOrExit(definition)
  const { log } = service
  const hurry = new AbortController()
  let isEnding = false

  const { close } = closeWithGrace(
    {
      delay: service.drainMs + closeTimeoutMs,
      logger: false,
      onTimeout: () => log.error({ closeTimeoutMs }, 'closing took too long'),
      onSecondError: (error) => log.fatal({ err: error }, 'a second error while closing'),
    },
    async ({ err, signal }) => {
      isEnding = true
      if (err !== undefined) log.fatal({ err }, 'uncaught error')
      else log.info({ signal }, 'closing')
      if (signal !== undefined) await service.drain(hurry.signal)
      await service.close()
    },
  )

  // The variable makes it a choice, because `< /dev/null` ends at once.
  if (process.env['EXIT_ON_STDIN_END'] === '1') {
    const end = (): void => {
      hurry.abort()
      if (!isEnding) close()
    }
    // A file only ends; a pipe that breaks only closes.
    process.stdin.resume().once('end', end).once('close', end)
  }
}

async function runOrExit<Settings extends TProperties, Callees extends string>(
  definition: ServiceDefinition<Settings, Callees>,
): Promise<RunningService> {
  try {
    return await runService(definition, process.env)
  } catch (error) {
    const log = createLogger({ service: process.env['SERVICE_NAME'] ?? 'unnamed', level: 'info' })
    if (error instanceof ConfigError) log.fatal(`bad environment: ${error.message}`)
    else if (error instanceof PolicyError) log.fatal(`impossible setting: ${error.message}`)
    else if (error instanceof StorageUnavailable) log.fatal(error.message)
    else log.fatal({ err: error }, 'could not start')
    process.exit(1)
  }
}
