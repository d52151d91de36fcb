// Walks the hash chain of a service's event log, from its files.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { openAuditLog } from '../adapters/audit-log.ts'
import { diskFiles } from '../adapters/files.ts'
import { checkChain, type AuditResult } from '../chaos/audit-chain.ts'
import { errors } from '../errors.ts'
import { loadSystem } from '../system/load-system.ts'
import { suggest } from '../system/suggest.ts'

export interface AuditReport extends AuditResult {
  version: 1
  service: string
  file: string
  /** Lines among the anchors that a crash or a full disk has cut off; they prove nothing. */
  tornAnchors: number
  verdict: 'PASS' | 'FAIL'
}

/**
 * @param anchorFolder where the anchors are kept, when not with the data of the service
 * @throws UserError unknown-service, no-audit-log, no-anchors
 */
export async function verifyAudit(
  root: string,
  service: string,
  anchorFolder?: string,
): Promise<AuditReport> {
  const names = (await loadSystem(root, diskFiles)).services.map(({ name }) => name)
  if (!names.includes(service)) throw errors.unknownService(service, names, suggest(service, names))
  const folder = join(root, '.msvc', 'data', service)
  if (anchorFolder !== undefined && !(await diskFiles.exists(anchorFolder)))
    throw errors.noAnchors(anchorFolder)
  using log = openAuditLog(folder, anchorFolder)
  if (log === undefined) throw errors.noAuditLog(service, folder)
  const result = checkChain(log.rows(), log.anchors, sha256)
  const { file, tornAnchors } = log
  return {
    version: 1,
    service,
    file,
    verdict: result.broken === null ? 'PASS' : 'FAIL',
    ...result,
    tornAnchors,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
