// What a report page has inside: uPlot, and our own script and style, each with the hash by which the
// page's content security policy allows it and nothing else.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface ReportAsset {
  text: string
  /** `sha256-…`, as a content security policy writes it. */
  hash: string
}

export interface ReportAssets {
  scripts: ReportAsset[]
  styles: ReportAsset[]
}

// Two folders up from src/adapters and from dist/adapters alike.
const own = (name: string): string => fileURLToPath(new URL(`../../assets/report/${name}`, import.meta.url))
const ofPackage = (path: string): string => fileURLToPath(import.meta.resolve(path))

export async function readReportAssets(): Promise<ReportAssets> {
  const [uplot, uplotStyle, script, style] = await Promise.all([
    asset(ofPackage('uplot/dist/uPlot.iife.min.js')),
    asset(ofPackage('uplot/dist/uPlot.min.css')),
    asset(own('report.js')),
    asset(own('report.css')),
  ])
  return { scripts: [uplot, script], styles: [uplotStyle, style] }
}

async function asset(path: string): Promise<ReportAsset> {
  const text = await readFile(path, 'utf8')
  return { text, hash: `sha256-${createHash('sha256').update(text).digest('base64')}` }
}
