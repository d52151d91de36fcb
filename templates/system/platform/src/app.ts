// The HTTP side of a service: Fastify with one hook on the way in and one on the way out.
//
// The hot path is kept lean on purpose, since each hook and each log line is paid 10,000 times a
// second: no logger per request, ids only when they are needed, counting instead of logging.

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { fastify, type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify'
import { canaryHeader, createCanaryCheck } from './canary.ts'
import type { Clock } from './clock.ts'
import { deadlineFrom, deadlineHeader } from './deadline.ts'
import type { Traffic } from './drain.ts'
import { StorageUnavailable } from './durable-store.ts'
import { checkHealth, type Health } from './health.ts'
import { describeServed, servedResult } from './http-attributes.ts'
import { createKnownPaths } from './known-paths.ts'
import { createLogBound, type Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { runWithRequest, type RequestContext } from './request-context.ts'
import { retryAttemptFrom, retryHeader } from './retry.ts'
import { readTexts } from './schema-check.ts'
import { untracedSpan, type Span, type Telemetry } from './telemetry.ts'
import { parseTraceparent, type TraceContext } from './trace-context.ts'
import {
  errorBody,
  lacksHost,
  refuseBytes,
  refuseExpectation,
  refuseHostless,
  refusePath,
  refuseTunnel,
} from './unreadable.ts'

export interface AppOptions {
  clock: Clock
  log: Logger
  health: Health
  traffic: Traffic
  metrics: Metrics
  telemetry: Telemetry
  /** Faces the outside: a stranger says nothing about traces and retries, and about deadlines only shorter ones. */
  isEdge: boolean
  /** How long a request may take when its caller does not say. */
  deadlineMs: number
  /** Who sends it is believed about traces. */
  canaryKey: string | undefined
}

/** Who sends a request by the drop is cut. */
const requestTimeout = 10_000
const httpOptions = {
  // Where the one for headers is longer, Node takes the two for each other, and a body has 60 s.
  headersTimeout: requestTimeout,
  // Node looks every 30 s, if not told otherwise.
  connectionsCheckingInterval: 1000,
  // Refused by us, with a body.
  requireHostHeader: false,
}
/** For strangers: who sends headers by the pound is cut too. */
const edgeHttpOptions = { ...httpOptions, maxHeaderSize: 8192 }

export type App = ReturnType<typeof createApp>

const contextKey = 'platformContext'
/** Less would be a way to have work begun that nobody waits for. */
const leastDeadlineMs = 100
const probePath = '/readyz'
const errorLinesPerSecond = 5

export function createApp(options: AppOptions) {
  const { clock, log, health, traffic, metrics, telemetry, isEdge, deadlineMs, canaryKey } = options
  const app = fastify({
    logger: false,
    bodyLimit: 64 * 1024,
    // What was taken is answered, to the last; see drain.ts.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    // The contracts say how long a parameter may be; 100, which is the router's own limit, is less.
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: refusePath,
    clientErrorHandler: refuseBytes,
    ajv: { customOptions: readTexts },
    requestTimeout,
    http: isEdge ? edgeHttpOptions : httpOptions,
  })
  const isCanary = createCanaryCheck(canaryKey)
  const boundedError = createLogBound(errorLinesPerSecond, () => clock.epochMs())

  traffic.watch(app.server)
  app.server.on('checkExpectation', refuseExpectation)
  app.server.on('connect', refuseTunnel)
  app.decorateRequest(contextKey, null)
  // Bodies are JSON; anything else is answered 415.
  app.removeContentTypeParser('text/plain')

  // First of all, so that whoever is turned away has a span and a deadline too.
  app.addHook('onRequest', (request, reply, done) => {
    traffic.began(request.raw.socket)
    if (health.phase() === 'closing') reply.header('connection', 'close')
    request.setDecorator(contextKey, isEdge ? untold(request) : toldByCaller(request))
    if (lacksHost(request.raw)) return void refuseHostless(reply)
    done()
  })

  // After the body has been read: its events would lose what is set earlier.
  app.addHook('preHandler', (request, _reply, done) => runWithRequest(contextOf(request), done))

  // Whoever looks for one request has a line of it in every service that it reached.
  const tellsEach = log.isLevelEnabled('debug')

  app.addHook('onResponse', (request, reply, done) => {
    traffic.answered(request.raw.socket)
    metrics.countRequest(reply.statusCode, reply.elapsedTime)
    contextOf(request).span.end(servedResult(reply), reply.statusCode >= 500 ? 'failure' : 'ok')
    if (tellsEach && !isProbe(request)) tell(request, reply)
    done()
  })

  app.setErrorHandler((error: FastifyError, request, reply) => {
    // Logged by the store, once for the whole outage.
    if (error instanceof StorageUnavailable) {
      return sendError(reply.header('retry-after', '1'), 503, 'storage-unavailable', error.message)
    }
    const status = error.statusCode ?? 500
    if (status >= 500) {
      const { method, routeOptions } = request
      boundedError((held) =>
        runWithRequest(contextOf(request), () =>
          log.error({ err: error, method, route: routeOptions.url, held }, 'request failed'),
        ),
      )
      return sendError(reply, status, 'internal', 'Something went wrong here; it has been logged.')
    }
    return sendError(reply, status, error.validation === undefined ? 'bad-request' : 'invalid', error.message)
  })

  const knownPaths = createKnownPaths()
  app.addHook('onRoute', ({ method, path }) => knownPaths.add(method, path))

  app.setNotFoundHandler((request, reply) => {
    const allowed = knownPaths.methodsOf(request.url)
    if (allowed === undefined)
      return sendError(reply, 404, 'not-found', `No route ${request.method} ${request.url}.`)
    reply.header('allow', allowed)
    return sendError(reply, 405, 'method-not-allowed', `Only ${allowed} here, not ${request.method}.`)
  })

  // On the business port too, because a caller's recovery probe must travel the edge that failed.
  app.get(probePath, (_request, reply) => reply.code(checkHealth(probePath, health, []).status).send())

  return app.withTypeProvider<TypeBoxTypeProvider>()

  function tell(request: FastifyRequest, reply: FastifyReply): void {
    const { method, url } = request
    const ms = Math.round(reply.elapsedTime)
    runWithRequest(contextOf(request), () =>
      log.debug({ method, url, status: reply.statusCode, ms }, 'answered'),
    )
  }

  function untold(request: FastifyRequest): RequestContext {
    const { headers } = request
    const trace = isCanary(headers[canaryHeader]) ? parseTraceparent(one(headers['traceparent'])) : undefined
    return {
      span: spanOf(request, trace),
      // Whoever asks may want less than we give, but neither more nor the impossible.
      deadlineMs: deadlineFrom(one(headers[deadlineHeader]), clock.monotonicMs(), deadlineMs, {
        leastMs: leastDeadlineMs,
        mostMs: deadlineMs,
      }),
      retryAttempt: undefined,
    }
  }

  function toldByCaller(request: FastifyRequest): RequestContext {
    const { headers } = request
    return {
      span: spanOf(request, parseTraceparent(one(headers['traceparent']))),
      deadlineMs: deadlineFrom(one(headers[deadlineHeader]), clock.monotonicMs(), deadlineMs),
      retryAttempt: retryAttemptFrom(one(headers[retryHeader])),
    }
  }

  function spanOf(request: FastifyRequest, parent: TraceContext | undefined): Span {
    // A trace of each probe would hide all others.
    if (isProbe(request)) return untracedSpan(parent)
    return telemetry.serverSpan(parent, () => describeServed(request))
  }
}

/** By the start of the URL first: Fastify puts `routeOptions` together anew each time that somebody asks. */
const isProbe = (request: FastifyRequest): boolean =>
  request.url.startsWith(probePath) && request.routeOptions.url === probePath

const contextOf = (request: FastifyRequest): RequestContext =>
  request.getDecorator<RequestContext>(contextKey)

/** The one shape of every error answer. */
export const sendError = (reply: FastifyReply, status: number, code: string, message: string): FastifyReply =>
  reply.code(status).send(errorBody(code, message))

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header
