import { describe, expect, test } from 'vitest'
import { planLaunches, type Ground } from '../../src/fleet/launch-plan.ts'
import { stopWaves } from '../../src/fleet/stop-order.ts'
import type { Service, System } from '../../src/system/system.ts'

const service = (name: string, more: Partial<Service> = {}): Service => ({
  name,
  path: `services/${name}`,
  dependsOn: [],
  follows: [],
  ...more,
})

const shop: System = {
  name: 'shop',
  entry: 'gateway',
  services: [
    service('gateway', { dependsOn: ['order'] }),
    service('order', { dependsOn: ['payment-card'] }),
    service('payment-card'),
    service('notification', { follows: ['order'] }),
    service('report', { command: ['python', 'app.py'], health: '/healthz' }),
  ],
}

const ports = Object.fromEntries(
  shop.services.map(({ name }, index) => [name, { port: 4000 + index, adminPort: 5000 + index }]),
)

const ground: Ground = {
  root: '/shop',
  ports,
  proxies: {},
  node: '/opt/node/bin/node',
  environment: {
    PATH: '/usr/bin',
    HOME: '/home/me',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x',
    npm_config_registry: 'y',
    npm_lifecycle_event: 'dev',
    INIT_CWD: '/',
    PORT: '1',
  },
  canaryKey: 'secret',
}
const plans = planLaunches(shop, ground)
const planOf = (name: string) => plans.find((plan) => plan.name === name)!

describe('how a service is started', () => {
  test('a generated one runs with our own Node, a foreign one as it says', () => {
    expect(planOf('order').launch.argv).toEqual(['/opt/node/bin/node', 'src/main.ts'])
    expect(planOf('report').launch.argv).toEqual(['python', 'app.py'])
  })

  test('it gets what the service contract says', () => {
    expect(planOf('order').launch).toMatchObject({
      cwd: '/shop/services/order',
      env: {
        HOST: '127.0.0.1',
        PORT: '4001',
        ADMIN_PORT: '5001',
        SERVICE_NAME: 'order',
        DATA_DIR: '/shop/.msvc/data/order',
        PAYMENT_CARD_URL: 'http://127.0.0.1:4002',
        DEV_TOKENS: '1',
        CANARY_KEY: 'secret',
        EXIT_ON_STDIN_END: '1',
      },
    })
  })

  test('it finds its callees, the followed ones too, and nobody else', () => {
    expect(planOf('notification').launch.env['ORDER_URL']).toBe('http://127.0.0.1:4001')
    expect(planOf('notification').launch.env).not.toHaveProperty('PAYMENT_CARD_URL')
  })

  test('it inherits the environment without what npm adds, our Node first on the PATH', () => {
    const { env } = planOf('gateway').launch
    expect(env).toMatchObject({
      HOME: '/home/me',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x',
      PATH: '/opt/node/bin:/usr/bin',
    })
    expect(Object.keys(env).filter((name) => /^npm_|INIT_CWD/.test(name))).toEqual([])
  })

  test('what Node compiled is kept in the system, or where the user keeps it', () => {
    expect(planOf('order').launch.env['NODE_COMPILE_CACHE']).toBe('/shop/.msvc/cache/compile')
    const environment = { ...ground.environment, NODE_COMPILE_CACHE: '/home/me/compiled' }
    const [plan] = planLaunches(shop, { ...ground, environment })
    expect(plan?.launch.env['NODE_COMPILE_CACHE']).toBe('/home/me/compiled')
  })

  test('tokens for anybody are on, unless the user says otherwise', () => {
    const tokensIn = (environment: Record<string, string | undefined>) =>
      planLaunches(shop, { ...ground, environment })[0]?.launch.env['DEV_TOKENS']
    expect(tokensIn({})).toBe('1')
    expect(tokensIn({ DEV_TOKENS: '' })).toBe('1')
    expect(tokensIn({ DEV_TOKENS: '0' })).toBe('0')
  })

  test('readiness is asked on the admin port, or where a foreign service says', () => {
    expect(planOf('order').readyUrl).toBe('http://127.0.0.1:5001/readyz')
    expect(planOf('report').readyUrl).toBe('http://127.0.0.1:4004/healthz')
  })
})

describe('the order of the end', () => {
  test('callers end before what they call', () => {
    expect(stopWaves(shop)).toEqual([['gateway', 'notification', 'report'], ['order'], ['payment-card']])
  })

  test('services that follow each other end together', () => {
    const services = [service('left', { follows: ['right'] }), service('right', { follows: ['left'] })]
    expect(stopWaves({ name: 'ring', entry: 'left', services })).toEqual([['left', 'right']])
  })
})
