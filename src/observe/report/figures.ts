// The key figures: one tile each.

import type { FaultStory } from '../fault-story.ts'
import type { Run } from '../run.ts'
import { countText, msText, rateText, shareText } from './format.ts'
import { html, type Html } from './html.ts'

interface Figure {
  name: string
  value: string
  note: string
}

export function figureTiles(run: Run, stories: readonly FaultStory[]): Html {
  const figures = [...faultFigures(stories), ...ordersFigures(run), ...loadFigures(run)]
  if (figures.length === 0) return html``
  return html`<section class="figures" aria-label="Key figures">
    ${figures.map(
      ({ name, value, note }) =>
        html`<div>
          <h3>${name}</h3>
          <p>${value}</p>
          <small>${note}</small>
        </div>`,
    )}
  </section>`
}

function faultFigures(stories: readonly FaultStory[]): Figure[] {
  return stories.flatMap(({ fault, backAfterMs, edges }) => {
    const what = `${fault.kind} ${fault.target}`
    return [
      ...edges.map(({ edge, openedAfterMs }) => ({
        name: 'Breaker open',
        value: msText(openedAfterMs),
        note: `${edge}, after ${what}`,
      })),
      { name: 'Back', value: msText(backAfterMs), note: `${fault.target}, after ${what}` },
      ...edges.map(({ edge, closedAfterMs, reopened }) => ({
        name: 'Breaker closed',
        value: msText(closedAfterMs),
        note: `${edge}, after the return${reopened === 0 ? '' : `; opened again ${reopened} ×`}`,
      })),
    ]
  })
}

function ordersFigures({ summary: { orders } }: Run): Figure[] {
  if (!orders) return []
  const { acknowledged, paidOnce, lost, paidTwice } = orders
  return [
    {
      name: 'Orders paid once',
      value: shareText(paidOnce, acknowledged),
      note: `${countText(acknowledged)} acknowledged, ${lost} lost, ${paidTwice} twice`,
    },
  ]
}

function loadFigures({ summary: { load } }: Run): Figure[] {
  if (!load) return []
  const { schedule, achievedRate, outcomes, responseMs, lagMs } = load
  return [
    {
      name: 'Achieved rate',
      value: `${rateText(achievedRate)}/s`,
      note: `of ${rateText(schedule.ratePerSecond)}/s for ${msText(schedule.durationMs)}`,
    },
    {
      name: 'Ok',
      value: shareText(outcomes.ok ?? 0, schedule.arrivals),
      note: `${countText(outcomes.ok ?? 0)} of ${countText(schedule.arrivals)} arrivals`,
    },
    { name: 'Median', value: msText(responseMs.p50), note: 'response, from the intended start' },
    {
      name: 'p99',
      value: msText(responseMs.p99),
      note: `p99.9 ${msText(responseMs.p999)}, max ${msText(responseMs.max)}`,
    },
    { name: "Generator's lag", value: msText(lagMs.p99), note: 'p99 of its own lateness' },
  ]
}
