// What goes along with a request through all the code that serves it: its trace and its deadline.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from './telemetry.ts'

export interface RequestContext {
  span: Span
  /** By when the caller wants the answer, on the monotonic clock. */
  deadlineMs: number
  /** How many times the caller has tried before; undefined for a caller who does not retry. */
  retryAttempt: number | undefined
}

const storage = new AsyncLocalStorage<RequestContext>()

export const currentRequest = (): RequestContext | undefined => storage.getStore()

/** For work that outlives the request, or belongs to none. */
export const outsideRequests = <T>(work: () => T): T => storage.exit(work)

export const runWithRequest = <T>(context: RequestContext, work: () => T): T => storage.run(context, work)
