// What goes along with a request through all the code that serves it: its trace and its deadline.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from './telemetry.ts'

export interface RequestContext {
  span: Span
  /** By when the caller wants the answer, on the monotonic clock. */
  deadlineMs: number
  /** How many times the caller has tried before. */
  retryAttempt: number
}

const storage = new AsyncLocalStorage<RequestContext>()

export const currentRequest = (): RequestContext | undefined => storage.getStore()

export const runWithRequest = <T>(context: RequestContext, work: () => T): T => storage.run(context, work)
