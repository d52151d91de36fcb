// What a service imports from the platform. Parts that stand alone have a path of their own, such as
// `@system/platform/breaker`.

export { sendError, type App } from './app.ts'
export type { Callee, CallRequest, CallResult } from './callee.ts'
export type { Clock } from './clock.ts'
export { flag, type Config } from './config.ts'
export { openDatabase } from './database.ts'
export { StorageUnavailable, type DurableStore } from './durable-store.ts'
export type { PolicyOverrides } from './policy-config.ts'
export { createGroupCommit, type Commit } from './group-commit.ts'
export type { Logger } from './logger.ts'
export { orderedId } from './ordered-id.ts'
export { askedToWaitMs, refusedWaitMs } from './retry.ts'
export { runService, type RunningService, type ServiceDefinition, type ServiceTools } from './service.ts'
export { createStaleAnswers, degradedHeader, type StaleAnswers } from './stale-answers.ts'
export { startService } from './start-service.ts'
export { outboxNames } from './telemetry-names.ts'
