import { rmSync, writeFileSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { runRecordedLoad } from '../../src/runtime/recorded-load.ts'
import type { LoadReport } from '../../src/system/load-report.ts'
import { startRawServer } from '../fixtures/targets/raw-server.ts'

afterEach(() => void vi.unstubAllEnvs())

test('what was measured is told when the disk does not take its record', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-record-'))
  vi.stubEnv('XDG_STATE_HOME', folder.path)
  await using target = await startRawServer((socket) =>
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
  )
  const told: LoadReport[] = []
  const plan = { target: { url: target.url }, ratePerSecond: 20, durationMs: 500 }
  const run = runRecordedLoad(
    { plan, title: 'a' },
    {
      onInterval() {
        rmSync(join(folder.path, 'msvc'), { recursive: true })
        writeFileSync(join(folder.path, 'msvc'), 'in the way')
      },
      onUnrecorded: (load) => void told.push(load),
    },
  )
  await expect(run).rejects.toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) as string })
  expect(told).toMatchObject([{ outcomes: { ok: 10 } }])
})
