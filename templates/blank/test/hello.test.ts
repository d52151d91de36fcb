import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runForTest } from '@system/platform/testing'
import { fuzz } from '@system/platform/testing-fuzz'
import { service } from '../src/service.ts'

test('greets the world, or whoever is named', async (t) => {
  const { url } = await runForTest(t, service)
  const world = await fetch(`${url}/hello`)
  assert.deepEqual([world.status, await world.json()], [200, { message: 'Hello, world!' }])
  const ada = await fetch(`${url}/hello?name=Ada`)
  assert.deepEqual(await ada.json(), { message: 'Hello, Ada!' })
})

test('greets as it was told to', async (t) => {
  const { url } = await runForTest(t, service, { GREETING: 'Welcome' })
  assert.deepEqual(await (await fetch(`${url}/hello`)).json(), { message: 'Welcome, world!' })
})

test('refuses a name that is too long', async (t) => {
  const { url } = await runForTest(t, service)
  const response = await fetch(`${url}/hello?name=${'a'.repeat(101)}`)
  assert.equal(response.status, 400)
})

test('is ready when it runs', async (t) => {
  const { url, adminUrl } = await runForTest(t, service)
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  assert.equal((await fetch(`${adminUrl}/livez`)).status, 200)
})

test('whatever is sent to it is answered, as its contract says, and never with 5xx', async (t) => {
  const { url } = await runForTest(t, service)
  const seen = await fuzz({ url, seed: 42, count: 200 })
  assert.ok(seen.has('hello 200'))
})
