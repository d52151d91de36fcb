// The page as a browser sees it, from disk: it draws, asks nobody for anything, and breaks no policy of its own.

import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { readReportAssets } from '../../src/adapters/report-assets.ts'
import { renderReport } from '../../src/observe/report.ts'
import { temporaryFolder } from '../scaffold/temporary-folder.ts'
import { events, run } from './fixtures/payment-killed.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ?? ''
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

test.skipIf(executablePath === '')(
  'the report draws its charts from disk, in light and dark, without a request',
  { tags: ['slow'] },
  async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'report.html')
    await writeFile(path, renderReport({ run, events, assets: await readReportAssets(), when: 'now' }))

    const browser = await chromium.launchPersistentContext(join(folder.path, 'profile'), {
      executablePath,
      args,
    })
    try {
      const page = await browser.newPage()
      const trouble: string[] = []
      const requests: string[] = []
      page.on('pageerror', (error) => trouble.push(error.message))
      page.on('console', (message) => trouble.push(message.text()))
      page.on('request', (request) => requests.push(request.url()))
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.goto(pathToFileURL(path).href)
        await page.locator('#lanes canvas').waitFor()
        expect(await page.locator('canvas').count()).toBe(3)
      }
      // One cursor for all charts: over one of them, the others tell the same moment.
      await page.locator('#latency .u-over').hover()
      expect(await page.locator('#now').textContent()).toContain('payment down')
      // On a telephone nothing sticks out of the page; the widest table moves within its panel.
      await page.setViewportSize({ width: 420, height: 800 })
      await page.goto(pathToFileURL(path).href)
      await page.locator('#lanes canvas').waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(420)
      expect(trouble).toEqual([])
      expect(new Set(requests)).toEqual(new Set([pathToFileURL(path).href]))
    } finally {
      await browser.close()
    }
  },
)
