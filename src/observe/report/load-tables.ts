// What the load found, as tables: each outcome, each kind of latency, each request.

import { type FailureReason, outcomes, type Outcome, type Percentiles } from '../../events.ts'
import type { LoadReport } from '../../system/load-report.ts'
import { observedText } from '../../system/observed-text.ts'
import { countText, msText, shareText } from './format.ts'
import { html, type Html } from './html.ts'
import { mark, tableHead } from './table.ts'

export function loadTables(load: LoadReport): Html {
  return html`${load.thresholds?.length > 0 && thresholdTable(load)}
    <section class="columns">${outcomeTable(load)} ${latencyTable(load)}</section>
    ${load.failures && load.failures.length > 0 && failureTable(load.failures)}
    ${load.requests.length > 0 && requestTable(load)}`
}

function thresholdTable({ thresholds, verdict, isInterrupted }: LoadReport): Html {
  const isTrusted = verdict === 'valid' && !isInterrupted
  const rule = isTrusted
    ? 'a failed arrival counts as infinitely slow'
    : 'the run is not valid: it passes nothing'
  const met = thresholds.filter(({ ok }) => ok).length
  return html`<section>
    <h2>Thresholds <small>${met} of ${thresholds.length} met; ${rule}</small></h2>
    <table>
      ${tableHead('', { text: 'What had to hold' }, { text: 'Observed' })}
      <tbody>
        ${thresholds.map(
          (threshold) =>
            html`<tr>
              <td>${mark(threshold.ok)}</td>
              <th scope="row" class="name">${threshold.expression}</th>
              <td class="text">${observedText(threshold)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

function outcomeTable({ outcomes: counts, schedule: { arrivals } }: LoadReport): Html {
  const occurred = outcomes.filter((name) => (counts[name] ?? 0) > 0)
  const row = (name: Outcome) => {
    const count = counts[name] ?? 0
    return html`<tr>
      <th scope="row"><i class="swatch outcome-${name}"></i>${name}</th>
      <td>${countText(count)}</td>
      <td>${shareText(count, arrivals)}</td>
      <td class="bar"><meter class="outcome-${name}" min="0" max="${arrivals}" value="${count}"></meter></td>
    </tr>`
  }
  const sum = occurred.reduce((total, name) => total + (counts[name] ?? 0), 0)
  const isWhole = sum === arrivals
  return html`<div>
    <h2>Outcomes</h2>
    <table>
      ${tableHead('Outcome', 'Arrivals', 'Share', '')}
      <tbody>
        ${occurred.map(row)}
      </tbody>
      <tfoot>
        <tr class="${isWhole ? 'good' : 'bad'}">
          <th scope="row">Sum</th>
          <td>${countText(sum)}</td>
          <td colspan="2">
            ${isWhole ? 'every scheduled arrival is accounted for' : `${countText(arrivals)} were scheduled`}
          </td>
        </tr>
      </tfoot>
    </table>
  </div>`
}

function failureTable(failures: readonly FailureReason[]): Html {
  return html`<section>
    <h2>Failures <small>why, where the outcome leaves that open</small></h2>
    <table>
      ${tableHead({ text: 'Outcome' }, 'Arrivals', { text: 'Reason' })}
      <tbody>
        ${failures.map(
          ({ outcome, reason, arrivals }) =>
            html`<tr>
              <th scope="row"><i class="swatch outcome-${outcome}"></i>${outcome}</th>
              <td>${countText(arrivals)}</td>
              <td class="text">${reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

function latencyTable({ responseMs, okResponseMs, lagMs, waitMs, serviceMs }: LoadReport): Html {
  const row = (name: string, title: string, { p50, p90, p99, p999, max }: Percentiles) =>
    html`<tr>
      <th scope="row" title="${title}">${name}</th>
      ${[p50, p90, p99, p999, max].map((value) => html`<td>${msText(value)}</td>`)}
    </tr>`
  return html`<div>
    <h2>Latency</h2>
    <table>
      ${tableHead('', 'p50', 'p90', 'p99', 'p99.9', 'max')}
      <tbody>
        ${row('Response', 'from the intended start to the end of the answer', responseMs)}
        ${okResponseMs && row('… of ok ones', 'the same, of arrivals that ended ok', okResponseMs)}
        ${row('Lag', "the generator's own lateness", lagMs)}
        ${waitMs && row('Wait', 'for a connection', waitMs)}
        ${row('Service', 'from the first byte written to the end of the answer', serviceMs)}
      </tbody>
    </table>
    <p class="aside">
      Response counts from the moment the schedule intended, so a stalled target cannot hide the arrivals that
      it kept waiting.
    </p>
  </div>`
}

function requestTable({ requests }: LoadReport): Html {
  const total = (counts: LoadReport['outcomes']) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0)
  return html`<section>
    <h2>Requests</h2>
    <table>
      ${tableHead('Request', 'Arrivals', 'Ok', { text: 'Statuses' }, 'p50', 'p99', 'max')}
      <tbody>
        ${requests.map(
          ({ name, outcomes: counts, statuses, responseMs }) =>
            html`<tr>
              <th scope="row" class="name">${name}</th>
              <td>${countText(total(counts))}</td>
              <td>${shareText(counts.ok ?? 0, total(counts))}</td>
              <td class="text">
                ${Object.entries(statuses)
                  .map(([status, count]) => `${status} × ${countText(count)}`)
                  .join(', ')}
              </td>
              <td>${msText(responseMs.p50)}</td>
              <td>${msText(responseMs.p99)}</td>
              <td>${msText(responseMs.max)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}
