// Draws the charts of a report from the data beside it. Runs in the page, without a network.
//
// All charts share one time axis, one cursor and one zoom. Colours come from the page's style, so a
// change of the colour scheme (and printing, which is always light) only needs the charts to be remade.
/* global uPlot */
'use strict'
{
  const data = JSON.parse(document.getElementById('charts').textContent)
  const gutter = 118
  let charts = []

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
  const known = new Set([
    'ok',
    'http-error',
    'check-failed',
    'timeout',
    'refused',
    'reset',
    'eof',
    'shed',
    'dropped',
  ])
  const outcomeColour = (name) => colour(name === 'dropped' ? 'shed' : known.has(name) ? name : 'other')

  const clock = (seconds) => {
    const whole = Math.floor(seconds)
    const fraction = seconds - whole > 0.0005 ? (seconds - whole).toFixed(3).slice(1) : ''
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}${fraction}`
  }
  const msText = (value) =>
    value == null
      ? '–'
      : value < 10
        ? `${value.toFixed(2)} ms`
        : value < 1000
          ? `${value.toFixed(1)} ms`
          : `${(value / 1000).toFixed(2)} s`
  const countText = (value) => (value == null ? '–' : value.toLocaleString('en'))

  const axis = (more) => ({
    stroke: colour('muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { stroke: colour('grid'), width: 1, size: 5 },
    ...more,
  })
  const timeAxis = () => axis({ values: (_, splits) => splits.map(clock), size: 34, space: 70 })

  function shadeFaults(chart) {
    const { ctx, bbox } = chart
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    for (const { fromS, toS } of data.faults) {
      const left = chart.valToPos(fromS, 'x', true)
      const right = chart.valToPos(toS, 'x', true)
      ctx.fillStyle = colour('fault')
      ctx.fillRect(left, bbox.top, Math.max(right - left, 2), bbox.height)
    }
    ctx.restore()
  }

  function labelFaults(chart) {
    const { ctx, bbox } = chart
    ctx.save()
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`
    ctx.fillStyle = colour('bad')
    ctx.textAlign = 'left'
    ctx.textBaseline = 'top'
    const lineHeight = 15 * devicePixelRatio
    const gap = 6 * devicePixelRatio
    // Where the last label of each line ends: one that would be written over another goes a line lower.
    const ends = []
    for (const { fromS, toS, label } of data.faults) {
      const left = Math.max(chart.valToPos(fromS, 'x', true), bbox.left) + gap
      const right = chart.valToPos(toS, 'x', true)
      if (right < bbox.left || left > bbox.left + bbox.width) continue
      const free = ends.findIndex((end) => end + gap < left)
      const line = free < 0 ? ends.length : free
      ends[line] = left + ctx.measureText(label).width
      ctx.fillText(label, left, bbox.top + 5 * devicePixelRatio + line * lineHeight)
    }
    ctx.restore()
  }

  const common = (element, height, more) => ({
    width: element.clientWidth,
    height,
    padding: [8, 22, 0, 0],
    cursor: {
      sync: { key: 'run', scales: ['x', null] },
      drag: { x: true, y: false, setScale: true },
      y: false,
      points: { size: 7 },
    },
    ...more,
    scales: {
      x: { time: false, range: (_, min, max) => (min == null ? [0, data.durationS] : [min, max]) },
      ...more.scales,
    },
    hooks: { ...more.hooks, drawClear: [shadeFaults] },
  })
  const timeSeries = {
    label: 'Time',
    value: (_, seconds) => (seconds == null ? '–' : clock(Math.floor(seconds))),
  }

  const columns = (lists) => [data.load.timesS, ...lists]

  function latencyChart(element) {
    const line = (key, width, more) => ({
      label: key,
      stroke: colour(key),
      width,
      value: (_, value) => msText(value),
      points: { show: data.load.timesS.length < 90, size: 4 },
      ...more,
    })
    const positive = (list) => list.map((value) => (value == null ? null : Math.max(value, 0.01)))
    const lists = [data.load.max, data.load.p99, data.load.p90, data.load.p50].map(positive)
    return new uPlot(
      common(element, 260, {
        scales: { ms: { distr: 3 } },
        axes: [
          timeAxis(),
          axis({
            scale: 'ms',
            size: gutter,
            values: (_, splits) =>
              splits.map((value) =>
                value == null ? null : value >= 1000 ? `${value / 1000} s` : `${value} ms`,
              ),
          }),
        ],
        series: [
          timeSeries,
          line('max', 1, { scale: 'ms', dash: [3, 4] }),
          line('p99', 2, { scale: 'ms' }),
          line('p90', 1.5, { scale: 'ms' }),
          line('p50', 1.5, { scale: 'ms' }),
        ],
        hooks: { draw: [labelFaults] },
      }),
      columns(lists),
      element,
    )
  }

  function throughputChart(element) {
    const { outcomes, scheduled } = data.load
    // Each bar stands on those before it; the tallest is drawn first, and the legend tells the parts.
    const sums = []
    for (const { counts } of outcomes) {
      const below = sums.at(-1)
      sums.push(counts.map((count, row) => count + (below ? below[row] : 0)))
    }
    const bars = uPlot.paths.bars({ size: [0.86, Infinity], align: 0 })
    const stacked = outcomes.map(({ name, counts }) => ({
      label: name,
      stroke: outcomeColour(name),
      fill: outcomeColour(name),
      width: 0,
      paths: bars,
      points: { show: false },
      value: (_, __, ___, row) => countText(row == null ? null : counts[row]),
    }))
    const wanted = {
      label: 'scheduled',
      stroke: colour('muted'),
      width: 1.5,
      dash: [5, 4],
      points: { show: false },
      value: (_, value) => countText(value),
    }
    return new uPlot(
      common(element, 220, {
        scales: { y: { range: (_, __, max) => [0, Math.max(1, max) * 1.08] } },
        axes: [timeAxis(), axis({ size: gutter, values: (_, splits) => splits.map(countText) })],
        series: [timeSeries, ...stacked.toReversed(), wanted],
      }),
      columns([...sums.toReversed(), scheduled]),
      element,
    )
  }

  const stateColour = (state) => {
    if (state === 'closed' || state === 'up') return colour('closed')
    if (state === 'half_open') return colour('half-open')
    if (state === 'open' || state === 'forced_open' || state === 'down') return colour('open')
    return state === 'starting' ? colour('starting') : colour('other')
  }

  function laneChart(element) {
    const { lanes } = data
    const rowHeight = 30
    const draw = (chart) => {
      const { ctx, bbox } = chart
      const height = bbox.height / lanes.length
      ctx.save()
      ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`
      ctx.textBaseline = 'middle'
      for (const [row, { label, spans }] of lanes.entries()) {
        const top = bbox.top + row * height
        const middle = top + height / 2
        ctx.textAlign = 'right'
        ctx.fillStyle = colour('text')
        ctx.fillText(label, bbox.left - 10 * devicePixelRatio, middle, (gutter - 12) * devicePixelRatio)
        ctx.textAlign = 'left'
        let named = ''
        // Short states last: a trial of a few milliseconds still shows.
        const shortestLast = spans.toSorted((a, b) => b.toS - b.fromS - (a.toS - a.fromS))
        for (const { fromS, toS, state } of shortestLast) {
          const left = Math.max(chart.valToPos(fromS, 'x', true), bbox.left)
          const right = Math.min(chart.valToPos(toS, 'x', true), bbox.left + bbox.width)
          if (right <= left) continue
          const width = Math.max(right - left, 3 * devicePixelRatio)
          ctx.fillStyle = stateColour(state)
          ctx.fillRect(left, top + height * 0.16, width, height * 0.68)
        }
        for (const { fromS, toS, state } of spans) {
          const left = Math.max(chart.valToPos(fromS, 'x', true), bbox.left)
          const right = Math.min(chart.valToPos(toS, 'x', true), bbox.left + bbox.width)
          const name = state.replace('_', '-')
          if (name === named || ctx.measureText(name).width + 12 * devicePixelRatio > right - left) continue
          ctx.fillStyle = '#ffffff'
          ctx.fillText(name, left + 6 * devicePixelRatio, middle)
          named = name
        }
      }
      ctx.restore()
    }
    const tell = (chart) => {
      const at = chart.cursor.left < 0 ? null : chart.posToVal(chart.cursor.left, 'x')
      const parts = lanes.map(({ label, spans }) => {
        const span = spans.findLast(({ fromS }) => at !== null && fromS <= at)
        return span && `${label} ${span.state.replace('_', '-')}`
      })
      document.getElementById('now').textContent =
        at === null ? '' : `${clock(Math.max(0, at))}  ${parts.filter(Boolean).join(' · ')}`
    }
    return new uPlot(
      common(element, lanes.length * rowHeight + 46, {
        legend: { show: false },
        scales: { y: { range: [0, 1] } },
        axes: [
          timeAxis(),
          axis({ size: gutter, values: () => [], grid: { show: false }, ticks: { show: false } }),
        ],
        series: [timeSeries, { stroke: 'transparent', points: { show: false } }],
        hooks: { draw: [draw], setCursor: [tell] },
      }),
      [
        [0, data.durationS],
        [null, null],
      ],
      element,
    )
  }

  const makers = { latency: latencyChart, throughput: throughputChart, lanes: laneChart }

  function drawAll() {
    for (const chart of charts) chart.destroy()
    charts = Object.entries(makers).flatMap(([id, make]) => {
      const element = document.getElementById(id)
      return element ? [make(element)] : []
    })
    for (const chart of charts) chart.setScale('x', { min: 0, max: data.durationS })
  }

  drawAll()
  const redraw = () => requestAnimationFrame(drawAll)
  addEventListener('resize', redraw)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
  addEventListener('beforeprint', () => {
    document.documentElement.classList.add('printing')
    drawAll()
  })
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('printing')
    drawAll()
  })
}
