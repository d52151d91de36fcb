// JUnit XML, which every CI server shows: one suite of one run, a test case for each thing that was judged.

import { xmlText } from './xml-text.ts'

export interface JunitRun {
  /** What was typed: `msvc load`. */
  command: string
  suite: string
  /** A test case each, as XML. */
  cases: readonly string[]
  failures: number
  errors: number
  skipped?: number
  durationMs: number
  /** ISO */
  startedAt: string
}

export function junitXml(run: JunitRun): string {
  const { command, suite, cases, failures, errors, skipped, startedAt } = run
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}"`
  const suiteCounts = skipped === undefined ? counts : `${counts} skipped="${skipped}"`
  const seconds = (run.durationMs / 1000).toFixed(3)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${command}" ${counts} time="${seconds}">`,
    `  <testsuite name="${xmlText(suite)}" ${suiteCounts} time="${seconds}" timestamp="${startedAt}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}
