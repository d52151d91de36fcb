// A service as a process: runs it, and ends it well.
//
//   SIGTERM, SIGINT ─▶ drained (drain.ts) ─▶ finish requests ─▶ close stores ─▶ exit 0
//   end of standard input (if asked for) ─▶ the same without the wait
//   an uncaught error ─▶ logged, closed, exit 1

import closeWithGrace from 'close-with-grace'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TProperties } from 'typebox'
import { PolicyError } from './check-config.ts'
import { ConfigError } from './config.ts'
import { StorageUnavailable } from './durable-store.ts'
import { createLogger, type Logger } from './logger.ts'
import { runService, type RunningService, type ServiceDefinition } from './service.ts'

/** For what is in flight, stores and telemetry, once it is drained. */
const closeTimeoutMs = 10_000

export async function startService<Settings extends TProperties, Callees extends string>(
  definition: ServiceDefinition<Settings, Callees>,
): Promise<void> {
  // The signals are heard from the beginning: without a listener, one that comes early kills at once.
  const lastWords = createLogger({ service: process.env['SERVICE_NAME'] ?? 'unnamed', level: 'info' })
  const ending = new AbortController()
  const starting = runOrExit(definition, lastWords, ending.signal)
  const hurry = new AbortController()
  let isEnding = false

  const onSecondError = (error: unknown) => lastWords.fatal({ err: error }, 'a second error while closing')
  const { close } = closeWithGrace(
    { delay: false, logger: false, onSecondError },
    async ({ err, signal }) => {
      isEnding = true
      ending.abort(err)
      const service = await starting
      const { log } = service
      if (err !== undefined) log.fatal({ err }, 'uncaught error')
      else log.info({ signal }, 'closing')
      if (signal !== undefined) await service.drain(hurry.signal)
      const tooLate = sleep(closeTimeoutMs, 'too late', { ref: false })
      if ((await Promise.race([service.close(), tooLate])) === undefined) return
      log.error({ closeTimeoutMs }, 'closing took too long')
      process.exit(1)
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
  await starting
}

async function runOrExit<Settings extends TProperties, Callees extends string>(
  definition: ServiceDefinition<Settings, Callees>,
  log: Logger,
  ending: AbortSignal,
): Promise<RunningService> {
  try {
    return await runService(definition, process.env, { isSoleWriter: true, ending })
  } catch (error) {
    if (ending.aborted) endUnstarted(ending.reason, log)
    else if (error instanceof ConfigError) log.fatal(`bad environment: ${error.message}`)
    else if (error instanceof PolicyError) log.fatal(`impossible setting: ${error.message}`)
    else if (error instanceof StorageUnavailable) log.fatal(error.message)
    else log.fatal({ err: error }, 'could not start')
    process.exit(1)
  }
}

function endUnstarted(reason: unknown, log: Logger): void {
  // Without an error of its own, an abort makes one that says so.
  const isWanted = reason instanceof DOMException
  if (isWanted) log.info('ended before it had started')
  else log.fatal({ err: reason }, 'uncaught error')
  process.exit(isWanted ? 0 : 1)
}
