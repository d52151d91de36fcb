// `msvc verify` of a running system whose mails leave for the outside: what a mail server took is seen by nobody
// here, so it is neither lost nor arrived.

import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { verifyView } from '../../src/cli/views/verify.ts'
import { verifySystem } from '../../src/runtime/verify.ts'
import { runSmtpStandIn } from '../../templates/system/services/notification/test/smtp-stand-in.ts'
import { entryUrl, generatedFleet } from '../fixtures/generated-fleet.ts'
import { renderedSystem } from '../fixtures/rendered-system.ts'
import { createOrdersClient } from '../soak/orders-client.ts'

const slow = { tags: ['slow' as const] }

test('what left by SMTP is not checked, and neither lost nor arrived', slow, async () => {
  // Turned away for the time being, so that verify has something to wait for.
  const smtp = await runSmtpStandIn({ after: (release) => onTestFinished(release) }, { refuseFirst: 3 })
  vi.stubEnv('SMTP_URL', smtp.url)
  onTestFinished(() => void vi.unstubAllEnvs())
  await using system = await renderedSystem()
  const { agent } = await generatedFleet(system.root, { readyWithinMs: 120_000 })
  await using _ = { [Symbol.asyncDispose]: () => agent.stop({ now: true }) }

  const client = createOrdersClient()
  await client.run(await entryUrl(agent), AbortSignal.timeout(2000))
  const { acknowledged } = client
  const found = await verifySystem({ root: system.root, acknowledged, withinMs: 60_000 })

  const ids = new Set(smtp.mails.map((mail) => /^Message-ID:\s+<(.+)>$/im.exec(mail)?.[1]))
  expect(ids).not.toContain(undefined)
  const count = ids.size
  expect(count).toBeGreaterThanOrEqual(acknowledged.length)
  expect(found.invariants.flatMap(({ examples }) => examples)).toEqual([])
  expect(found.verdict).toBe('PASS')
  expect(found.invariants.find(({ name }) => name === 'every notification arrived once')).toMatchObject({
    state: 'held',
    broken: 0,
    notChecked: [{ what: 'email by smtp', count }],
  })
  expect(stripVTControlCharacters(verifyView(found))).toContain(
    `not checked: ${count.toLocaleString('en-US')} email by smtp`,
  )
})
