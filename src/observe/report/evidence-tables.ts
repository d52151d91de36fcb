// What was checked and what happened, as tables: steps, expectations, orders, the timeline.

import type { OrderCounts } from '../../events.ts'
import type { ExpectationResult } from '../expectations.ts'
import type { RunSummary } from '../run.ts'
import type { TimelineRow } from '../timeline.ts'
import { clockText, countText } from './format.ts'
import { html, type Html } from './html.ts'
import { mark, tableHead } from './table.ts'

export function stepTable(steps: NonNullable<RunSummary['steps']>): Html {
  return html`<section>
    <h2>Steps</h2>
    <table>
      ${tableHead('', { text: 'Step' }, 'At', { text: 'Observed' })}
      <tbody>
        ${steps.map(
          ({ name, ok, atMs, observed }) =>
            html`<tr>
              <td>${mark(ok)}</td>
              <th scope="row">${name}</th>
              <td>${clockText(atMs)}</td>
              <td class="text">${observed ?? ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

export function expectationTable(results: readonly ExpectationResult[]): Html {
  const met = results.filter(({ isMet }) => isMet).length
  return html`<section>
    <h2>Expectations <small>${met} of ${results.length} met</small></h2>
    <table>
      ${tableHead('', { text: 'What had to hold' }, { text: 'Expected' }, { text: 'Observed' })}
      <tbody>
        ${results.map(
          ({ name, expected, observed, isMet }) =>
            html`<tr>
              <td>${mark(isMet)}</td>
              <th scope="row">${name}</th>
              <td class="text">${expected}</td>
              <td class="text">${observed}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

export function ordersTable({ acknowledged, paidOnce, lost, paidTwice }: OrderCounts): Html {
  const row = (name: string, count: number, wanted: number | null, note: string) =>
    html`<tr>
      <td>${wanted === null ? '' : mark(count === wanted)}</td>
      <th scope="row">${name}</th>
      <td>${countText(count)}</td>
      <td class="text">${note}</td>
    </tr>`
  return html`<section>
    <h2>Orders <small>what was promised, against the services' own records</small></h2>
    <table>
      <tbody>
        ${row('Acknowledged', acknowledged, null, 'what the load run was told: accepted')}
        ${row('Paid once', paidOnce, acknowledged, "one charge in payment's records, paid in order's")}
        ${row('Lost', lost, 0, 'acknowledged, and not paid')}
        ${row('Paid twice', paidTwice, 0, 'more than one charge')}
      </tbody>
    </table>
  </section>`
}

/** @param startedAt what the first column counts from */
export function timelineTable(rows: readonly TimelineRow[], startedAt: number): Html {
  return html`<section>
    <h2>Timeline</h2>
    <table class="timeline">
      ${tableHead('Time', 'After the fault', { text: 'Subject' }, { text: 'Event' }, { text: 'Detail' })}
      <tbody>
        ${rows.map(
          ({ at, afterFaultMs, tone, subject, what, detail }) =>
            html`<tr class="${tone}">
              <td>${clockText(at - startedAt)}</td>
              <td>${afterFaultMs === null ? '' : `+${countText(afterFaultMs)} ms`}</td>
              <th scope="row">${subject}</th>
              <td class="text"><span class="dot"></span>${what}</td>
              <td class="text">${detail}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}
