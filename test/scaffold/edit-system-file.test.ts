import { describe, expect, test } from 'vitest'
import { addServiceToFile, type ServiceEntry } from '../../src/scaffold/edit-system-file.ts'
import { parseSystem } from '../../src/system/parse-system.ts'
import { unifiedDiff } from '../../src/scaffold/unified-diff.ts'

const refunds: ServiceEntry = {
  name: 'refunds',
  path: 'services/refunds',
  port: 4004,
  dependsOn: ['order'],
  follows: [],
}
const head = 'apiVersion: msvc/v1\nkind: System\nname: shop\nentry: order\n'

const added = (before: string, after: string): string[] =>
  unifiedDiff('msvc.yaml', before, after)
    .split('\n')
    .slice(2)
    .filter((line) => /^[+-]/.test(line))

describe('adding a service to msvc.yaml', () => {
  const cases = [
    {
      name: 'aligned flow maps keep their alignment',
      text: `${head}services:\n  order:        {path: services/order, port: 4001} # the heart\n  notification: {path: services/notification}   # reads the feed\n`,
      lines: ['+  refunds:      {path: services/refunds, port: 4004, dependsOn: [order]}'],
    },
    {
      name: 'padded braces stay padded',
      text: `${head}services:\n  order: { path: services/order, port: 4001 }\n`,
      lines: ['+  refunds: { path: services/refunds, port: 4004, dependsOn: [order] }'],
    },
    {
      name: 'block maps get a block map with the same indent',
      text: `${head}services:\n    order:\n        path: services/order # here\n        port: 4001\n\n# the end\n`,
      lines: [
        '+    refunds:',
        '+        path: services/refunds',
        '+        port: 4004',
        '+        dependsOn: [order]',
      ],
    },
    {
      name: 'keys after the services stay after them',
      text: `apiVersion: msvc/v1\nservices:\n  order: {path: services/order}\n\n# who we are\nkind: System\nname: shop\nentry: order\n`,
      lines: ['+  refunds: {path: services/refunds, port: 4004, dependsOn: [order]}'],
    },
    {
      name: 'Windows line ends stay',
      text: `${head}services:\n  order: {path: services/order}\n`.replaceAll('\n', '\r\n'),
      lines: ['+  refunds: {path: services/refunds, port: 4004, dependsOn: [order]}\r'],
    },
  ]
  test.each(cases)('$name', ({ text, lines }) => {
    const edited = addServiceToFile(text, refunds)
    expect(added(text, edited)).toEqual(lines)
    expect(parseSystem(edited, 'msvc.yaml').services.at(-1)).toEqual({
      name: 'refunds',
      path: 'services/refunds',
      port: 4004,
      dependsOn: ['order'],
      follows: [],
    })
  })

  test('a file without a newline at its end gets one', () => {
    const text = `${head}services:\n  order: {path: services/order}`
    expect(addServiceToFile(text, refunds)).toBe(
      `${text}\n  refunds: {path: services/refunds, port: 4004, dependsOn: [order]}\n`,
    )
  })

  test('services in one flow map are still a valid file with its comments', () => {
    const text = `# ours\n${head}services: {order: {path: services/order}} # few\n`
    const edited = addServiceToFile(text, refunds)
    expect(parseSystem(edited, 'msvc.yaml').services.map(({ name }) => name)).toEqual(['order', 'refunds'])
    expect(edited).toContain('# ours')
    expect(edited).toContain('# few')
  })
})
