// Expectations as JUnit XML: one test case per expectation.
//
// What the experiment itself needed (a steady state, faults that bite) is an error when it is missing; what
// the system was expected to do is a failure; what could not be judged, because there was no steady state, is skipped.

import { junitXml } from '../../system/junit-xml.ts'
import { xmlText } from '../../system/xml-text.ts'
import { type ExperimentResult, isUnjudged } from '../../system/experiment-result.ts'
import type { Experiment } from './experiment.ts'
import type { Judged } from './judgement.ts'

/** @param startedAt ISO */
export function experimentJunit(
  { name, load }: Experiment,
  { judged, result }: { judged: readonly Judged[]; result: Pick<ExperimentResult, 'expectations'> },
  startedAt: string,
): string {
  const unjudged = new Set(result.expectations.filter(isUnjudged).map(({ name }) => name))
  const missed = judged.filter(({ state, name }) => state !== 'met' && !unjudged.has(name))
  const failures = missed.filter(isAboutTheSystem).length
  return junitXml({
    command: 'msvc chaos run',
    suite: name,
    cases: judged.map((one) => testCase(one, unjudged.has(one.name))),
    failures,
    errors: missed.length - failures,
    skipped: unjudged.size,
    durationMs: load.durationMs,
    startedAt,
  })
}

function testCase({ name, expected, state, observed, concerns }: Judged, isSkipped: boolean): string {
  const head = `    <testcase name="${xmlText(name)}" classname="msvc.chaos">`
  if (state === 'met') {
    return `${head}\n      <system-out>${xmlText(observed)}</system-out>\n    </testcase>`
  }
  if (isSkipped)
    return `${head}\n      <skipped message="without a steady state before, there was nothing to judge it by"/>\n    </testcase>`
  const element = isAboutTheSystem({ concerns }) ? 'failure' : 'error'
  const message = xmlText(`expected: ${expected}; observed: ${observed}`)
  return `${head}\n      <${element} message="${message}"/>\n    </testcase>`
}

/** A failure in JUnit's words; all else is an error. */
const isAboutTheSystem = ({ concerns }: Pick<Judged, 'concerns'>): boolean =>
  concerns === 'hypothesis' || concerns === 'recovery'
