// Thresholds as JUnit XML: one test case per threshold.

import { junitXml } from '../../system/junit-xml.ts'
import type { LoadReport } from '../../system/load-report.ts'
import { observedText } from '../../system/observed-text.ts'
import { xmlText as escape } from '../../system/xml-text.ts'
import { sentForMs } from '../report.ts'

/**
 * A run that is not valid turns each of its thresholds into an error, not a failure of the target.
 * @param startedAt when the run began, in ISO form
 */
export function junitOf(report: LoadReport, startedAt: string): string {
  const { thresholds, target, verdict, reasons, isInterrupted } = report
  const isTrusted = verdict === 'valid' && !isInterrupted
  const missed = thresholds.filter(({ ok }) => !ok).length
  const cases = thresholds.map((threshold) => {
    const observed = observedText(threshold)
    const name = `name="${escape(threshold.expression)}" classname="msvc.load"`
    if (threshold.ok)
      return `    <testcase ${name}>\n      <system-out>observed ${escape(observed)}</system-out>\n    </testcase>`
    const [element, message] = isTrusted
      ? ['failure', `observed ${observed}`]
      : ['error', `the run is ${isInterrupted ? 'interrupted' : verdict}: ${reasons.join('; ')}`]
    return `    <testcase ${name}>\n      <${element} message="${escape(message)}"/>\n    </testcase>`
  })
  return junitXml({
    command: 'msvc load',
    suite: target,
    cases,
    failures: isTrusted ? missed : 0,
    errors: isTrusted ? 0 : missed,
    durationMs: sentForMs(report),
    startedAt,
  })
}
