// Runs the demo and draws what it printed as docs/demo.svg: npm run picture
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const columns = 132
const lineHeight = 19
const charWidth = 8.4
const colors = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' }

const output = await run(['bin/run.js', 'demo'])
const lines = output
  .replaceAll(homedir(), '~')
  .split('\n')
  .filter((line) => !/^npm warn|^\s*(added \d+ packages.*)?$/.test(line))
writeFileSync(join(root, 'docs/demo.svg'), draw(['$ msvc demo', ...lines]))

function run(args) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, FORCE_COLOR: '1' }
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => (text += chunk))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`the demo failed:\n${text}`))))
  })
}

function draw(rows) {
  const width = Math.ceil(columns * charWidth) + 32
  const height = rows.length * lineHeight + 32
  const text = rows
    .map((row, index) => `<text x="16" y="${28 + index * lineHeight}">${spans(row)}</text>`)
    .join('\n')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
${text}
</g></svg>
`
}

/** The line's SGR codes (bold, dim, colours) as tspans, cut to the width of the picture. */
function spans(row) {
  let style = {}
  let left = columns
  let drawn = ''
  // oxlint-disable-next-line no-control-regex
  for (const part of row.split(/(\u001b\[\d+m)/)) {
    // oxlint-disable-next-line no-control-regex
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1]
    if (code !== undefined) style = apply(style, Number(code))
    else if (left > 0 && part !== '') {
      const shown = part.length > left ? `${part.slice(0, left - 1)}…` : part
      left -= part.length
      drawn += `<tspan${attributes(style)}>${escape(shown)}</tspan>`
    }
  }
  return drawn
}

function apply(style, code) {
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 39) return { ...style, color: undefined }
  return colors[code] === undefined ? {} : { ...style, color: colors[code] }
}

function attributes({ bold, dim, color }) {
  return `${color ? ` fill="${color}"` : ''}${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.65"' : ''}`
}

/** Spaces that stay: SVG folds ordinary ones. */
function escape(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(' ', '\u00a0')
}
