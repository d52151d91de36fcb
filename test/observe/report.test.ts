import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readReportAssets } from '../../src/adapters/report-assets.ts'
import { isOf, type SystemEvent } from '../../src/events.ts'
import { renderReport } from '../../src/observe/report.ts'
import { html } from '../../src/observe/report/html.ts'
import { sentencesOf, toneOf } from '../../src/observe/report/verdict-card.ts'
import type { Run } from '../../src/observe/run.ts'
import { events, run } from './fixtures/payment-killed.ts'

const assets = await readReportAssets()
const when = '2026-11-22 15:30:00 UTC'
const render = (changed: Partial<Run> = {}, of = events) =>
  renderReport({ run: { ...run, ...changed }, events: of, assets, when })
const embedded = (page: string, id: string): unknown =>
  JSON.parse(new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`).exec(page)?.[1] ?? '')

/** The page without its scripts. */
const drawn = (page: string): string => page.replace(/<script[\s\S]*?<\/script>/g, '')

describe('html', () => {
  test('escapes every value, and joins lists of its own', () => {
    const bad = `<img src=x onerror="alert('1')">&`
    expect(html`<p title="${bad}">${[html`<b>${bad}</b>`, null, false, 0]}</p>`.html).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
        '<b>&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</b>0</p>',
    )
  })
})

describe('a report', () => {
  test('asks the network for nothing: no address, no link, no image, and a policy that forbids the rest', () => {
    const page = render()
    const withoutScripts = page.replace(/<script[\s\S]*?<\/script>/g, '')
    expect(withoutScripts).not.toMatch(/\b(?:src|href)=|url\(|@import/)
    expect(page).toContain('default-src &#39;none&#39;; script-src')
  })

  test('allows exactly the scripts and styles that are in it', () => {
    const page = render()
    const policy = /Content-Security-Policy"\s+content="([^"]*)"/.exec(page)?.[1] ?? ''
    const allowed = [...policy.matchAll(/sha256-[A-Za-z0-9+/=]+/g)].map(([hash]) => hash)
    const inside = [...page.matchAll(/<(?:script|style)>([\s\S]*?)<\/(?:script|style)>/g)].map(
      ([, text]) => `sha256-${createHash('sha256').update(text!).digest('base64')}`,
    )
    expect(inside.toSorted()).toEqual(allowed.toSorted())
    expect(inside).toHaveLength(4)
  })

  test('cannot be broken by what a target or a title says', () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror=alert(1)>`
    const page = render({ title: evil, target: evil })
    expect(page.match(/<script/g)).toHaveLength(render().match(/<script/g)!.length)
    expect(page).not.toContain('<img')
    expect(embedded(page, 'run')).toMatchObject({ title: evil })
  })

  test('tells why arrivals failed, where their outcome leaves that open', () => {
    const reason = 'body lacks "<b>paid</b>"'
    const failures = [{ outcome: 'check-failed', reason, arrivals: 1234 } as const]
    const summary = { ...run.summary, load: { ...run.summary.load!, failures: [...failures] } }
    const page = drawn(render({ summary }))
    expect(page).toContain('Failures')
    expect(page.replaceAll(/\s+/g, ' ')).toContain(
      '<td>1,234</td> <td class="text">body lacks &quot;&lt;b&gt;paid&lt;/b&gt;&quot;</td>',
    )
    expect(drawn(render())).not.toContain('Failures')
  })

  test('holds its run and its events, without the histograms', () => {
    const page = render()
    expect(embedded(page, 'run')).toEqual(run)
    const inside = embedded(page, 'events') as SystemEvent[]
    expect(inside).toHaveLength(events.length)
    const histograms = inside.filter(isOf('load.interval')).map(({ data }) => data.responseHistogram)
    expect(histograms.length).toBeGreaterThan(0)
    expect(histograms.join('')).toBe('')
    expect(JSON.stringify(inside)).not.toContain('requestHistograms')
  })

  test('draws on one axis that begins with the load and ends with the last news of it', () => {
    const charts = embedded(render(), 'charts') as {
      durationS: number
      load: { timesS: number[] }
      faults: object[]
      lanes: { label: string }[]
    }
    expect(charts.durationS).toBe(20)
    expect(charts.load.timesS.slice(0, 2)).toEqual([0.5, 1.5])
    expect(charts.faults).toEqual([{ label: 'kill payment', fromS: 5, toS: 12 }])
    expect(charts.lanes.map(({ label }) => label)).toEqual(['payment', 'order → payment'])
  })

  test('draws where the response times lie, and what a capacity search found', () => {
    const distribution = {
      percentiles: [
        { fraction: 0, ms: 1 },
        { fraction: 0.9, ms: 5 },
        { fraction: 1, ms: 50 },
      ],
      bandsMs: [1, 10],
      columns: [{ fromS: 0, toS: 1, counts: [9, 1] }],
    }
    const page = renderReport({ run, events, assets, when, distribution })
    expect(page).toContain('aria-label="Response time by percentile"')
    expect(page).toContain('10 ms to 100 ms, from second 0: 1 of 10')
    expect(drawn(page)).not.toMatch(/NaN|Infinity|undefined/)

    const probe = { okPerSecond: 100, seconds: 5, p50Ms: 2, p99Ms: 9, failed: 0 }
    const capacity = {
      version: 1,
      target: 'http://h/',
      slo: 'p99<20ms',
      startedAt: 0,
      tookMs: 1000,
      verdict: 'found',
      ratePerSecond: 150,
      between: { low: 145, high: 154 },
      missedAt: 160,
      probes: [
        { ...probe, phase: 'bracket', ratePerSecond: 100, decision: 'meets' },
        { ...probe, phase: 'bracket', ratePerSecond: 200, p99Ms: null, decision: 'misses' },
      ],
      recovery: { overloadPerSecond: 225, ratePerSecond: 120, afterMs: 1000, withinMs: 12_000 },
      reasons: [],
    } as const
    const found = render(
      { summary: { capacity: { ...capacity, probes: [...capacity.probes], reasons: [] } } },
      [],
    )
    expect(found).toContain('Within p99&lt;20ms: 150 per second; 160 missed it.')
    expect(found).toContain('between 145 and 154 per second')
    expect(found).toContain('aria-label="Throughput over the offered rate"')
    expect(drawn(found)).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('tells each threshold, with what was observed', () => {
    const load = {
      ...run.summary.load!,
      thresholds: [{ expression: 'p99<200ms', ok: false, observed: null, unit: 'ms' as const }],
    }
    expect(render({ summary: { load } })).toMatch(/0 of 1 met[^]*p99&lt;200ms[^]*never: too many failed/)
  })

  test('of a run that recorded nothing still is a page', () => {
    const page = render({ summary: {}, verdict: 'ERROR' }, [])
    expect(page).toContain('ERROR')
    expect(page).not.toContain('id="latency"')
  })
})

describe('the verdict', () => {
  test.each([
    ['PASS', 'good'],
    ['valid', 'good'],
    ['FAIL', 'bad'],
    ['DEVIATED', 'bad'],
    ['generator-limited', 'warn'],
    ['noisy', 'warn'],
  ])('%s looks %s', (verdict, tone) => {
    expect(toneOf(verdict)).toBe(tone)
  })

  test('without a steady state, what could not be met is not called missed', () => {
    const expectations = [
      { name: 'page-ok before', met: false, observed: '40 %' },
      { name: 'kill back bites', met: false, observed: 'it was not set', judged: false as const },
      { name: 'page-ok again', met: false, observed: 'nothing was healed', judged: false as const },
    ]
    const experiment = { expectations, cleanup: 'CLEAN' as const, faults: [] }
    expect(sentencesOf({ ...run, verdict: 'NO-BASELINE', summary: { experiment } })).toEqual([
      '0 of 3 expectations met.',
      'Missed: page-ok before (40 %).',
      'Not judged: kill back bites; page-ok again.',
      'Everything was put back.',
    ])
  })

  test('rests on sentences, failed steps first', () => {
    const orders = { acknowledged: 10, paidOnce: 7, lost: 1, paidTwice: 2 }
    const steps = [{ name: 'the breaker opens', ok: false, atMs: 1, observed: 'it stayed closed' }]
    const breaker = { openedAfterMs: null, closedAfterMs: null }
    expect(sentencesOf({ ...run, summary: { orders, steps, breaker } })).toEqual([
      'Failed: the breaker opens (it stayed closed).',
      'The breaker did not open.',
      'Of 10 acknowledged orders, 1 were lost and 2 paid twice.',
    ])
  })
})
