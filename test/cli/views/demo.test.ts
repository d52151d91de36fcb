import { stripVTControlCharacters as plain } from 'node:util'
import { expect, test } from 'vitest'
import { demoStepView, demoView } from '../../../src/cli/views/demo.ts'

const step = { name: 'start it', ok: true, atMs: 1200, observed: 'gateway (pid 7)' }
const failed = {
  ...step,
  name: 'serve orders',
  ok: false,
  observed: 'the load is not answered: 2400 refused',
}
const result = {
  verdict: 'FAIL' as const,
  steps: [step, failed],
  breaker: { openedAfterMs: null, closedAfterMs: null },
  orders: null,
  report: '/r/report.html',
  system: '/s/shop',
}

test('a demo that failed ends with the step that failed, and why', () => {
  const lines = plain(demoView(result, ['msvc runs open'])).split('\n')
  expect(lines.slice(1, 3)).toEqual(['FAIL', '  ✘ serve orders: the load is not answered: 2400 refused'])
  expect(plain(demoStepView(failed))).toContain('✘ serve orders')
})

test('one that passed names no step', () => {
  expect(plain(demoView({ ...result, verdict: 'PASS', steps: [step] }, []))).not.toContain('start it')
})
