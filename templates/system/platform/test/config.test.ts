import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { ConfigError, flag, readConfig } from '../src/config.ts'

const read = (env: Record<string, string>) =>
  readConfig({
    settings: { LIMIT: Type.Integer({ minimum: 1, default: 5 }), DEV_TOKENS: flag() },
    callees: ['payment', 'fraud-check'],
    env: {
      SERVICE_NAME: 'order',
      PAYMENT_URL: 'http://127.0.0.1:1',
      FRAUD_CHECK_URL: 'http://127.0.0.1:2',
      ...env,
    },
  })

test('values are converted, defaults filled in, and callees found by name', () => {
  const { config, calleeUrls } = read({ PORT: '4001', LIMIT: '7', DEV_TOKENS: '1', PATH: '/bin' })
  assert.equal(config.PORT, 4001)
  assert.equal(config.LIMIT, 7)
  assert.equal(config.DEV_TOKENS, '1')
  assert.equal(config.HOST, '127.0.0.1')
  assert.equal(config.EXIT_ON_STDIN_END, '0')
  assert.equal(calleeUrls.get('fraud-check'), 'http://127.0.0.1:2')
  assert.ok(!('PATH' in config), 'what is no setting stays out')
})

test('each wrong variable is named, without its value', () => {
  const table: [Record<string, string>, RegExp][] = [
    [{ PORT: 'abc' }, /^PORT must be integer$/],
    [{ PORT: 'Infinity' }, /^PORT must be <= 65535$/],
    [{ LIMIT: '1e999' }, /^LIMIT must be <= 1\.79/],
    [{ PORT: '70000' }, /^PORT must be <= 65535$/],
    [{ PAYMENT_URL: 'payment.example' }, /^PAYMENT_URL must match pattern/],
    [{ DEV_TOKENS: 'yes' }, /^DEV_TOKENS must be equal to one of the allowed values \(0, 1\)$/],
    [{ SERVICE_NAME: 'Order!' }, /^SERVICE_NAME must match pattern/],
    [{ PORT: '', LIMIT: '0' }, /PORT must be integer; LIMIT must be >= 1/],
  ]
  for (const [env, expected] of table) {
    assert.throws(
      () => read(env),
      (error: Error) => error instanceof ConfigError && expected.test(error.message),
      JSON.stringify(env),
    )
  }
})

test('a missing callee is named by its variable', () => {
  const read = () => readConfig({ settings: {}, callees: ['payment'], env: { SERVICE_NAME: 'order' } })
  assert.throws(read, /^ConfigError|PAYMENT_URL is not set/)
})
