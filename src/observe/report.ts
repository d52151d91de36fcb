// A run and its events → one HTML page that needs nothing else: no network, no server, no other file.
//
// What it says is decided here, in pure functions; the script inside only draws the charts, from data
// that is embedded beside it. Its content security policy allows exactly those scripts and styles.

import type { SystemEvent } from '../events.ts'
import { expectationsOf } from './expectations.ts'
import { faultStories } from './fault-story.ts'
import { faultWindows } from './fault-windows.ts'
import { loadSeries, type LoadSeries } from './load-series.ts'
import type { LatencyDistribution } from '../system/latency-distribution.ts'
import { capacitySection } from './report/capacity-section.ts'
import { distributionFigures } from './report/distribution-figures.ts'
import { chartData } from './report/chart-data.ts'
import { expectationTable, ordersTable, stepTable, timelineTable } from './report/evidence-tables.ts'
import { figureTiles } from './report/figures.ts'
import { element, embeddedJson, html, type Html } from './report/html.ts'
import { loadTables } from './report/load-tables.ts'
import { verdictCard } from './report/verdict-card.ts'
import { type Run, withoutHistograms } from './run.ts'
import { timelineOf } from './timeline.ts'
import { foldFailedTrials } from './fold-trials.ts'

export interface Asset {
  text: string
  /** `sha256-…`, as a content security policy writes it. */
  hash: string
}

export interface ReportInput {
  run: Run
  /** In order of time. */
  events: readonly SystemEvent[]
  /** Scripts run in this order, at the end of the page. */
  assets: { scripts: readonly Asset[]; styles: readonly Asset[] }
  /** The start of the run as text. */
  when: string
  /** Of the load, when there was any. */
  distribution?: LatencyDistribution | null
}

export function renderReport({ run, events, assets, when, distribution }: ReportInput): string {
  const { load, capacity, orders, steps } = run.summary
  const windows = faultWindows(events)
  const series = loadSeries(events, load?.startedAt)
  const startedAt = series?.startedAt ?? run.startedAt
  const endedAt = Math.max(lastNews(events) ?? 0, lastSecond(series) ?? 0) || run.endedAt
  const charts = chartData({ events, series, faults: windows, startedAt, endedAt })
  // A demo's steps are its expectations, told already.
  const told = new Set(steps?.map(({ name }) => name))
  const expectations = expectationsOf(events).filter(({ name }) => !told.has(name))
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(assets)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="msvc" />
        <title>${run.verdict} · ${run.title}</title>
        ${assets.styles.map(({ text }) => element('style', text))}
      </head>
      <body>
        <main>
          ${verdictCard(run, when)} ${figureTiles(run, faultStories(windows, events))}
          ${chartPanels(charts.load !== null, charts.lanes.length > 0)}
          ${distribution && distributionFigures(distribution)} ${capacity && capacitySection(capacity)}
          ${steps && steps.length > 0 && stepTable(steps)}
          ${expectations.length > 0 && expectationTable(expectations)} ${orders && ordersTable(orders)}
          ${load && loadTables(load)} ${timelineTable(foldFailedTrials(timelineOf(events)), startedAt)}
          <footer>
            <details>
              <summary>run.json</summary>
              <pre>${JSON.stringify(run, null, 2)}</pre>
            </details>
            <p>
              This page holds its own data: <code>#run</code> is run.json, <code>#events</code> the journal
              without histograms.
            </p>
          </footer>
        </main>
        ${embeddedJson('run', run)} ${embeddedJson('events', events.map(withoutHistograms))}
        ${embeddedJson('charts', charts)} ${assets.scripts.map(({ text }) => element('script', text))}
      </body>
    </html> `.html
}

function chartPanels(hasLoad: boolean, hasLanes: boolean): Html {
  if (!hasLoad && !hasLanes) return html``
  return html`<section class="charts" aria-label="Charts">
    ${
      hasLoad &&
      html`<figure>
          <figcaption>Response time <small>ms, from the intended start; logarithmic</small></figcaption>
          <div id="latency"></div>
        </figure>
        <figure>
          <figcaption>Arrivals by outcome <small>a second, by their intended time</small></figcaption>
          <div id="throughput"></div>
        </figure>`
    }
    ${
      hasLanes &&
      html`<figure>
        <figcaption>Services, breakers and probes <small id="now"></small></figcaption>
        <div id="lanes"></div>
      </figure>`
    }
    <p class="aside">
      Drag across a chart to zoom in on all of them; double-click to zoom out. Shaded: a fault was active.
    </p>
  </section>`
}

// The page may show what is in it and nothing else: no request leaves it.
function policy({ scripts, styles }: ReportInput['assets']): string {
  const allowed = (list: readonly Asset[]) => list.map(({ hash }) => `'${hash}'`).join(' ')
  return `default-src 'none'; script-src ${allowed(scripts)}; style-src ${allowed(styles)}; base-uri 'none'; form-action 'none'`
}

// Where the time axis ends: with the last thing that happened to the system or the load. The checks of
// the run afterwards are of no interest on it.
const lastNews = (events: readonly SystemEvent[]): number | undefined =>
  events.findLast(({ subject }) => !subject.startsWith('run:'))?.at

const lastSecond = (series: LoadSeries | undefined): number | undefined =>
  series && series.startedAt + ((series.seconds.at(-1) ?? 0) + 1) * 1000
