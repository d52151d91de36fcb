import { describe, expect, test } from 'vitest'
import { readRequests } from '../../../src/load/readers/read-requests.ts'

const read = (text: string, target?: string) =>
  readRequests({
    text,
    file: 'targets',
    readBody: async (path) => (path === 'binary' ? binary : Buffer.from(`the text of ${path}`)),
    target,
  })

const binary = Uint8Array.of(0x89, 0x50, 0xff, 0, 0xfe, 0x0d, 0x0a)
const base64 = Buffer.from(binary).toString('base64')
const har = (entries: object[]): string => JSON.stringify({ log: { version: '1.2', entries } })
const get = (url: string) => ({ request: { method: 'GET', url } })
const post = (postData: object) => ({ request: { method: 'POST', url: 'http://a/', postData } })
const sentOf = ({ scenario }: Awaited<ReturnType<typeof read>>) =>
  scenario.requests.map(({ steps }) => steps[0]!.body)

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
      '# two\nGET http://127.0.0.1:4000/a?b=1\nX-Y: z\nConnection: close\n\nPOST http://127.0.0.1:4000/c\n@body.json\nGET http://127.0.0.1:4000/a?b=1\nX-Y: z\n',
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

test.each([
  ['vegeta', 'GET http://ada:s%40cret@a/x\n\nGET http://ada:s%40cret@a/x\nAuthorization: Bearer t\n'],
  [
    'vegeta-json',
    '{"url":"http://ada:s%40cret@a/x"}\n{"url":"http://ada:s%40cret@a/x","header":{"Authorization":["Bearer t"]}}',
  ],
  [
    'har',
    har([
      get('http://ada:s%40cret@a/x'),
      {
        request: {
          ...get('http://ada:s%40cret@a/x').request,
          headers: [{ name: 'Authorization', value: 'Bearer t' }],
        },
      },
    ]),
  ],
])('a user and a password in a URL go out as a header, where none is given: %s', async (_, text) => {
  const { baseUrl, scenario } = await read(text)
  expect(baseUrl).toBe('http://a')
  expect(scenario.requests.map(({ steps }) => steps[0]?.headers['authorization'])).toEqual([
    `Basic ${Buffer.from('ada:s@cret').toString('base64')}`,
    'Bearer t',
  ])
})

test.each([
  ['two targets', 'GET http://a/\n\nGET http://ada:secret@b/\n'],
  ['another protocol', 'GET ftp://ada:se/cret@b/\n'],
  ['a header without its colon', 'GET http://a/\nAuthorization Bearer secret\n'],
  ['a header without a request', 'Authorization: Bearer secret\n'],
  ['nothing that can be sent', har([get('wss://ada:secret@b/')])],
])('what may be a secret is not repeated: %s', async (_, text) => {
  await expect(read(text)).rejects.toThrow(
    expect.objectContaining({ message: expect.not.stringMatching(/cret/) as string }) as Error,
  )
})

test('nor in what is said of requests that were left out', async () => {
  const form = { mimeType: 'multipart/form-data', params: [{ name: 'a' }] }
  const { notes } = await read(
    har([
      get('http://a/'),
      get('wss://ada:secret@a/'),
      { request: { method: 'POST', url: 'http://ada:secret@a/', postData: form } },
    ]),
  )
  expect(notes).toEqual([
    'left out: wss://***@a/ is no request of HTTP',
    'left out: POST http://***@a/: its body is not in the file',
  ])
})

test("a Host among vegeta's headers names a virtual host; that of a HAR belongs to its connection", async () => {
  const hostOf = async (text: string) => (await read(text)).scenario.requests[0]?.steps[0]?.headers['host']
  expect(await hostOf('GET http://127.0.0.1/\nHost: shop.example\n')).toBe('shop.example')
  expect(await hostOf('{"url":"http://127.0.0.1/","header":{"Host":["shop.example"]}}')).toBe('shop.example')
  const { request } = get('http://a/')
  expect(
    await hostOf(har([{ request: { ...request, headers: [{ name: 'Host', value: 'b' }] } }])),
  ).toBeUndefined()
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

test.each([
  ['vegeta', 'POST http://a/\n@binary\n\nPOST http://a/\n@text\n'],
  [
    'vegeta-json',
    [base64, Buffer.from('the text of text').toString('base64')]
      .map((body) => JSON.stringify({ method: 'POST', url: 'http://a/', body }))
      .join('\n'),
  ],
  ['har', har([post({ text: base64, encoding: 'base64' }), post({ text: 'the text of text' })])],
])('a body that is no text stays what it is, byte by byte: %s', async (_, text) => {
  const [bytes, words] = sentOf(await read(text))
  expect(Buffer.from(bytes as Uint8Array).equals(binary)).toBe(true)
  expect(words).toBe('the text of text')
})

test('equal bodies of bytes are one request with a weight', async () => {
  const { scenario } = await read(
    'POST http://a/\n@binary\n\nPOST http://a/\n@binary\n\nPOST http://a/\n@b\n',
  )
  expect(scenario.requests.map(({ weight }) => weight)).toEqual([2, 1])
})

describe('a HAR of a whole page', () => {
  const page = har([
    get('http://a/'),
    get('https://cdn.test/a.js'),
    get('https://cdn.test/b.js'),
    get('http://api.test/x'),
    get('wss://a/live'),
    get(`data:image/png;base64,${'A'.repeat(500)}`),
    { ...get('http://a/socket'), response: { status: 101 } },
    get('http://a/b'),
  ])

  test('gives the requests of its first origin, and names what is left out', async () => {
    const { baseUrl, scenario, notes } = await read(page)
    expect(baseUrl).toBe('http://a')
    expect(scenario.requests.map(({ name }) => name)).toEqual(['GET /', 'GET /b'])
    expect(notes).toEqual([
      'left out: wss://a/live is no request of HTTP',
      expect.stringMatching(/^left out: data:image\/png;base64,A+… is no request of HTTP$/),
      'left out: http://a/socket is no request of HTTP',
      'left out: 2 requests to https://cdn.test; one run has one target',
      'left out: 1 request to http://api.test; one run has one target',
    ])
  })

  test('gives those of the target that was asked for, where there are any', async () => {
    expect((await read(page, 'http://api.test/')).scenario.requests.map(({ name }) => name)).toEqual([
      'GET /x',
    ])
    expect((await read(page, 'http://127.0.0.1:4000')).scenario.requests).toHaveLength(2)
  })

  test('begins with a byte order mark, as some tools write it', async () => {
    expect((await read(`\uFEFF${page}`)).scenario.requests).toHaveLength(2)
  })

  test('has its forms as text or as fields, or not at all', async () => {
    const form = 'application/x-www-form-urlencoded; charset=utf-8'
    const fields = [{ name: 'a b', value: 'ü&' }, { name: 'c' }]
    const read1 = await read(
      har([
        post({ mimeType: form, params: fields }),
        post({ mimeType: form, text: 'a=1', params: fields }),
        post({ mimeType: 'multipart/form-data', params: fields }),
        post({ mimeType: form, text: '', params: [] }),
        post({ mimeType: 'image/png', _file: 'x.png' }),
      ]),
    )
    expect(sentOf(read1)).toEqual(['a+b=%C3%BC%26&c=', 'a=1', null])
    expect(read1.notes).toEqual(Array(2).fill('left out: POST http://a/: its body is not in the file'))
  })

  test('without a request that can be sent is told', async () => {
    await expect(read(har([get('wss://a/live')]))).rejects.toThrow(
      /targets:1:1: there is no request in it \(left out: wss:\/\/a\/live is no request of HTTP\)/,
    )
  })
})
