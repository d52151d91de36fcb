// A recorded run in the format of another tool.

import { autocannonResultOf } from './autocannon.ts'
import { junitOf } from './junit.ts'
import { k6SummaryOf } from './k6.ts'
import { hgrmOf, hlogOf } from './hdr.ts'
import type { ExportFormat } from './formats.ts'
import type { RecordedRun } from './recorded.ts'
import { timelineOf } from './timeline.ts'
import { vegetaReportOf } from './vegeta.ts'

/**
 * The text of the file.
 * @param iso epoch milliseconds → ISO date
 */
export function exportRun(run: RecordedRun, format: ExportFormat, iso: (at: number) => string): string {
  switch (format) {
    case 'k6':
      return json(k6SummaryOf(run))
    case 'hgrm':
      return hgrmOf(run)
    case 'hlog':
      return hlogOf(run)
    case 'ndjson':
      return timelineOf(run)
    case 'vegeta':
      return json(vegetaReportOf(run, iso))
    case 'autocannon':
      return json(autocannonResultOf(run, iso))
    case 'junit':
      return junitOf(run.report, iso(run.report.startedAt))
  }
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
