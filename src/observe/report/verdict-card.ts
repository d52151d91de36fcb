// The top of the page: what was run, and the one sentence that answers "did it hold?".

import { outcomes, type OrderCounts } from '../../events.ts'
import { isMissed, isUnjudged } from '../../system/experiment-result.ts'
import type { LoadReport } from '../../system/load-report.ts'
import type { Run } from '../run.ts'
import { capacitySentences } from './capacity-section.ts'
import { countText, msText, rateText, shareText } from './format.ts'
import { html, type Html } from './html.ts'

export type Tone = 'good' | 'bad' | 'warn'

export function toneOf(verdict: string): Tone {
  if (['PASS', 'valid', 'found', 'not-reached'].includes(verdict)) return 'good'
  if (
    verdict === 'FAIL' ||
    verdict === 'ERROR' ||
    verdict === 'DEVIATED' ||
    verdict === 'RESIDUAL' ||
    verdict === 'never-met'
  )
    return 'bad'
  return 'warn'
}

/** @param when the start as text in UTC */
export function verdictCard(run: Run, when: string): Html {
  const { title, kind, target, system, verdict, id, startedAt, endedAt } = run
  const facts: [string, string][] = [
    ['When', when],
    ['Took', msText(endedAt - startedAt)],
    ['Kind', kind],
    ['System', system ?? ''],
    ['Target', target],
    ['Run', id],
  ]
  return html`<header>
    <p class="brand">msvc <span>run report</span></p>
    <h1>${title}</h1>
    <section class="verdict ${toneOf(verdict)}">
      <p class="word">${verdict}</p>
      <ul>
        ${sentencesOf(run).map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
    </section>
    <dl class="facts">
      ${facts
        .filter(([, value]) => value !== '')
        .map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
    </dl>
  </header>`
}

/** What the verdict rests on, the most telling first. */
export function sentencesOf({ summary }: Run): string[] {
  const { breaker, orders, load, capacity, steps, experiment } = summary
  const failed = steps?.filter(({ ok }) => !ok) ?? []
  return [
    ...failed.map(({ name, observed }) => `Failed: ${name}${observed ? ` (${observed})` : ''}.`),
    ...(experiment ? experimentSentences(experiment) : []),
    ...(breaker ? [breakerSentence(breaker)] : []),
    ...(orders ? [ordersSentence(orders)] : []),
    ...(load ? loadSentences(load) : []),
    ...(capacity ? capacitySentences(capacity) : []),
  ]
}

function experimentSentences({ expectations, cleanup }: NonNullable<Run['summary']['experiment']>): string[] {
  const missed = expectations.filter(isMissed)
  const unjudged = expectations.filter(isUnjudged)
  return [
    `${expectations.length - missed.length - unjudged.length} of ${expectations.length} expectations met.`,
    ...missed.map(({ name, observed }) => `Missed: ${name} (${observed}).`),
    ...(unjudged.length === 0 ? [] : [`Not judged: ${unjudged.map(({ name }) => name).join('; ')}.`]),
    cleanup === 'CLEAN' ? 'Everything was put back.' : 'A fault could not be healed.',
  ]
}

function breakerSentence({ openedAfterMs, closedAfterMs }: NonNullable<Run['summary']['breaker']>): string {
  if (openedAfterMs === null) return 'The breaker did not open.'
  const opened = `The breaker opened ${msText(openedAfterMs)} after the fault`
  return closedAfterMs === null
    ? `${opened} and did not close again.`
    : `${opened} and closed ${msText(closedAfterMs)} after the return.`
}

function ordersSentence({ acknowledged, paidOnce, lost, paidTwice }: OrderCounts): string {
  if (paidOnce === acknowledged)
    return `All ${countText(acknowledged)} acknowledged orders were paid exactly once.`
  return `Of ${countText(acknowledged)} acknowledged orders, ${countText(lost)} were lost and ${countText(paidTwice)} paid twice.`
}

function loadSentences({
  schedule,
  achievedRate,
  outcomes: counts,
  responseMs,
  limit,
  reasons,
}: LoadReport): string[] {
  const ok = counts.ok ?? 0
  const worst = outcomes
    .filter((name) => name !== 'ok' && (counts[name] ?? 0) > 0)
    .toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
    .slice(0, 2)
    .map((name) => `${countText(counts[name] ?? 0)} ${name}`)
  return [
    `${countText(schedule.arrivals)} arrivals at ${rateText(achievedRate)}/s of ${rateText(schedule.ratePerSecond)}/s asked; ` +
      `${shareText(ok, schedule.arrivals)} ok${worst.length > 0 ? ` (${worst.join(', ')})` : ''}; ` +
      `half within ${msText(responseMs.p50)}, 99 % within ${msText(responseMs.p99)}.`,
    ...(limit === null ? [] : [`Limit: ${limit}`]),
    ...reasons,
  ]
}
