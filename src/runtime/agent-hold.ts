// What an agent does as long as somebody asks for it: a stream whose first line is the hold's id.

import type { AgentHttp } from '../adapters/agent-http.ts'
import { errors } from '../errors.ts'

/**
 * The stream is read to its end, because who hangs up lets go.
 *
 * @throws UserError agent-gone, when it ends before the hold has begun
 */
export function holdAgent(
  http: AgentHttp,
  { system, signal }: { system: string; signal: AbortSignal },
): Promise<string> {
  const id = Promise.withResolvers<string>()
  void (async () => {
    for await (const line of http.lines({ path: '/holds', signal })) id.resolve(line)
    id.reject(signal.aborted ? signal.reason : errors.agentGone(system, undefined))
  })().catch(id.reject)
  return id.promise
}
