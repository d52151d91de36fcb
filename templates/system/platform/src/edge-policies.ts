// The policy of each edge of a service: the defaults, what its service.ts says, what the environment says.

import { policyVariable } from './config.ts'
import { parsePolicy, resolvePolicy, type PolicyConfig, type PolicyOverrides } from './policy-config.ts'

export interface EdgePoliciesOptions {
  /** By callee. */
  inCode: Record<string, PolicyOverrides>
  /** Faces the outside. */
  isEdge: boolean
  env: Record<string, string | undefined>
}

/** By callee. Throws a PolicyError that names the path of an impossible setting, and where it was made. */
export function readEdgePolicies({ inCode, isEdge, env }: EdgePoliciesOptions): Map<string, PolicyConfig> {
  const place = isEdge ? 'edge' : 'inside'
  const policies = Object.entries(inCode).map(([callee, ofCode]): [string, PolicyConfig] => {
    const variable = policyVariable(callee)
    const text = env[variable] ?? ''
    const ofEnvironment = text === '' ? {} : parsePolicy(text, variable)
    // First what the code says alone, so that its mistakes are not blamed on the environment.
    resolvePolicy(place, [ofCode], `callees.${callee}`)
    return [callee, resolvePolicy(place, [ofCode, ofEnvironment], variable)]
  })
  return new Map(policies)
}
