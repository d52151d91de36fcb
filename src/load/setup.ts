// The setup steps of a scenario: each is sent, and what it captures is known to all that follow.
//
//   answer ─▶ as expected ─▶ captures ─▶ next step
//          ├▶ 429, 503: asked to come back ─────────▶ the same again, after as long as it said
//          ├▶ 502, 503, 504 and an Idempotency-Key ─▶ the same again, half a second later
//          └▶ anything else, or ten seconds of this ─▶ failed
//
// A system that has just started may have had no time for its first request; nothing of this is measured.

import { errors, type Place } from '../errors.ts'
import type { Clock } from '../ports.ts'
import type { SetupStep } from './scenario.ts'
import { capturesOf, missingText } from './checks.ts'
import { fill, fillJson, type Variables } from './template.ts'

export interface SetupRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string | null
}

export interface SetupAnswer {
  status: number
  /** Status line and headers, a line each. */
  head: string
  body: string
  /** How long it asks us to stay away; null when it does not. */
  retryAfterMs: number | null
}

export interface SetupPorts {
  /** Rejects when there is no answer. */
  send(request: SetupRequest): Promise<SetupAnswer>
  uuid(): string
  clock: Pick<Clock, 'monotonicMs' | 'sleep'>
}

const patienceMs = 10_000
/** For who asks us to come back without saying when, and who says at once. */
const leastWaitMs = 500

/** All captured variables. Throws `setup-failed`, naming the step and what the target answered. */
export async function runSetup(steps: readonly SetupStep[], ports: SetupPorts): Promise<Variables> {
  let variables: Variables = {}
  for (const step of steps) {
    variables = { ...variables, ...(await runStep(step, { ...variables, uuid: ports.uuid() }, ports)) }
  }
  return variables
}

async function runStep(step: SetupStep, variables: Variables, ports: SetupPorts): Promise<Variables> {
  const answer = await sendPatiently(step, requestOf(step, variables), ports)
  const captured = capturesOf(Object.entries(step.capture), answer)
  if (captured.isWhole) return captured.values
  throw errors.setupFailed(
    about(step),
    `its answer has ${missingText(captured.missing)}${shapeOf(answer.body)}`,
  )
}

async function sendPatiently(
  step: SetupStep,
  request: SetupRequest,
  { send, clock }: SetupPorts,
): Promise<SetupAnswer> {
  const deadline = clock.monotonicMs() + patienceMs
  for (let times = 1; ; times++) {
    const answer = await send(request).catch((cause: unknown) => {
      throw errors.setupFailed(about(step), `there was no answer (${reasonOf(cause)})`, cause)
    })
    const { status, body, retryAfterMs } = answer
    if (step.expect === null ? status < 400 : step.expect.includes(status)) return answer
    const waitMs = Math.max(leastWaitMs, retryAfterMs ?? 0)
    if (!mayComeBack(request, answer) || clock.monotonicMs() + waitMs > deadline) {
      const wanted = step.expect === null ? 'a status below 400' : step.expect.join(' or ')
      const often = times === 1 ? '' : `, ${times} times,`
      throw errors.setupFailed(
        about(step),
        `it answered ${status}${often} instead of ${wanted}${excerpt(body)}`,
      )
    }
    await clock.sleep(waitMs)
  }
}

/** Asked to, or able to without doing anything twice. */
function mayComeBack({ headers }: SetupRequest, { status, retryAfterMs }: SetupAnswer): boolean {
  if (retryAfterMs !== null && (status === 429 || status === 503)) return true
  const hasKey = Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key')
  return hasKey && (status === 502 || status === 503 || status === 504)
}

function requestOf(step: SetupStep, variables: Variables): SetupRequest {
  const body = fillJson(step.body, variables)
  const headers = Object.fromEntries(
    Object.entries(step.headers).map(([name, value]) => [name, fill(value, variables)]),
  )
  const isJson = body !== null && typeof body !== 'string'
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return {
    method: step.method,
    path: fill(step.path, variables),
    headers: isJson && !hasType ? { 'content-type': 'application/json', ...headers } : headers,
    body: body === null ? null : isJson ? JSON.stringify(body) : (body as string),
  }
}

const about = (step: SetupStep): { name: string; request: string; place: Place } => ({
  name: step.name,
  request: `${step.method} ${step.path}`,
  place: step.place,
})

const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause)

/** What was looked for may be there by another name, and is a token as often as not: texts are not repeated. */
function shapeOf(body: string): string {
  try {
    const withoutTexts = (_: string, value: unknown): unknown => (typeof value === 'string' ? '…' : value)
    return excerpt(JSON.stringify(JSON.parse(body), withoutTexts))
  } catch (error) {
    if (error instanceof SyntaxError) return body.trim() === '' ? '' : ', and is no JSON'
    throw error
  }
}

const excerpt = (body: string): string => {
  const line = body.replaceAll(/\s+/g, ' ').trim()
  return line === '' ? '' : `: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}`
}
