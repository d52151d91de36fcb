import { describe, expect, test } from 'vitest'
import { readRequests } from '../../../src/load/readers/read-requests.ts'

const read = (text: string) =>
  readRequests({ text, file: 'targets', readBody: (path) => Promise.resolve(`the text of ${path}`) })

const expected = {
  baseUrl: 'http://127.0.0.1:4000',
  requests: [
    ['GET /a', 2, [{ method: 'GET', path: '/a?b=1', headers: { 'x-y': 'z' }, body: null }]],
    ['POST /c', 1, [{ method: 'POST', path: '/c', headers: {}, body: 'the text of body.json' }]],
  ],
}

describe('the requests of other tools are read', () => {
  test.each([
    [
      'vegeta',
      '# two\nGET http://127.0.0.1:4000/a?b=1\nX-Y: z\nHost: other\n\nPOST http://127.0.0.1:4000/c\n@body.json\nGET http://127.0.0.1:4000/a?b=1\nX-Y: z\n',
    ],
    [
      'vegeta-json',
      [
        '{"method":"GET","url":"http://127.0.0.1:4000/a?b=1","header":{"X-Y":["z"]}}',
        `{"method":"POST","url":"http://127.0.0.1:4000/c","body":"${Buffer.from('the text of body.json').toString('base64')}"}`,
        '{"url":"http://127.0.0.1:4000/a?b=1","header":{"X-Y":["z"]}}\n',
      ].join('\n'),
    ],
    [
      'har',
      JSON.stringify({
        log: {
          version: '1.2',
          entries: [
            { method: 'GET', path: '/a?b=1#top' },
            {
              method: 'POST',
              path: '/c',
              postData: { mimeType: 'text/plain', text: 'the text of body.json' },
            },
            { method: 'GET', path: '/a?b=1' },
          ].map(({ method, path, postData }) => ({
            request: {
              method,
              url: `http://127.0.0.1:4000${path}`,
              headers: [
                { name: ':authority', value: 'x' },
                ...(method === 'GET' ? [{ name: 'X-Y', value: 'z' }] : []),
              ],
              postData,
            },
          })),
        },
      }),
    ],
  ])('%s', async (_, text) => {
    const { baseUrl, scenario } = await read(text)
    expect(baseUrl).toBe(expected.baseUrl)
    expect(scenario.requests).toMatchObject(
      expected.requests.map(([name, weight, steps]) => ({ name, weight, steps })),
    )
  })
})

test.each([
  ['nothing', '', /targets:1:1: there is no request in it/],
  ['a relative URL', 'GET /a\n', /targets:1:1: "\/a" is no whole URL/],
  ['a line that is nothing', 'GET http://a/\nwhat\n', /targets:2:1: "what" is no header/],
  ['two targets', 'GET http://a/\n\nGET http://b/\n', /targets:3:1: http:\/\/b\/ is not of http:\/\/a/],
  ['broken JSON', '{"url":\n', /targets:1:1: the line is no JSON object/],
  ['a HAR of something else', '{"log":{"entries":[{}]}}', /no log.entries with requests/],
])('%s is told with its place', async (_, text, message) => {
  await expect(read(text)).rejects.toThrow(message)
})

test('a header that is there twice keeps both of its values', async () => {
  const { scenario } = await read('GET http://a/\nX-Tag: a\nCookie: b=1\nX-Tag: c\nCookie: d=2\n')
  expect(scenario.requests[0]?.steps[0]?.headers).toEqual({ 'x-tag': 'a, c', cookie: 'b=1; d=2' })
})

test('requests that differ only in what the path does not show have names of their own', async () => {
  const { scenario } = await read('GET http://a/x?b=1\n\nGET http://a/x?b=2\n\nGET http://a/x?b=1\n')
  expect(scenario.requests.map(({ name, weight }) => [name, weight])).toEqual([
    ['GET /x', 2],
    ['GET /x (2)', 1],
  ])
})
