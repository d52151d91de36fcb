import { string as argument } from '@oclif/core/args'
import { anchorsFlag } from '../../cli/anchors-flag.ts'
import { BaseCommand, exitCodes } from '../../cli/base-command.ts'
import { auditView } from '../../cli/views/verify.ts'
import type { AuditReport } from '../../runtime/audit.ts'
import { rootHere } from '../../runtime/here.ts'

export default class AuditVerify extends BaseCommand {
  static override summary = 'Walk the hash chain of a service and name the first broken link.'
  static override description =
    'Reads the event log and its anchors from the files of the service, which may run or not. A changed, added or ' +
    'removed event, a cut end and a log written anew are found. Exit code 1 when the chain is broken.'
  static override examples = [
    '<%= config.bin %> audit verify order',
    '<%= config.bin %> audit verify order --json',
    '<%= config.bin %> audit verify order --anchors /mnt/evidence',
  ]
  static override args = { service: argument({ required: true, description: 'Name of the service.' }) }
  static override flags = {
    anchors: anchorsFlag(),
  }

  async run(): Promise<AuditReport> {
    const { args, flags } = await this.parse(AuditVerify)
    const { verifyAudit } = await import('../../runtime/audit.ts')
    const report = await verifyAudit(await rootHere(), args.service, flags.anchors)
    if (report.verdict === 'FAIL') this.endWith(exitCodes.failed)
    return this.show(report, auditView(report))
  }
}
