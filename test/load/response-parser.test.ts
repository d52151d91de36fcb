import { once } from 'node:events'
import { request } from 'node:http'
import { createServer, type Server } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHeadReader, ProtocolViolation, readHead } from '../../src/load/response-head.ts'
import { type Answer, createResponseParser } from '../../src/load/response-parser.ts'

/** Feeds the pieces; the answer, if one came. */
function parse(
  pieces: readonly Buffer[],
  options: { isHead?: boolean; closes?: boolean } = {},
): Answer | null {
  const parser = createResponseParser()
  parser.expect({ isHead: options.isHead ?? false, keepsBody: true })
  for (const piece of pieces) {
    // In a larger buffer, as a shared read buffer is.
    const shared = Buffer.concat([Buffer.from('HTTP/1'), piece, Buffer.from('\r\n\r\n')])
    const answer = parser.read(shared, 6, 6 + piece.length)
    if (answer !== null) return answer
  }
  return options.closes ? parser.close() : null
}

const split = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

const answers: [string, string, { isHead?: boolean; closes?: boolean }?][] = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  ['no body', 'HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n'],
  ['no reason', 'HTTP/1.1 404\r\ncontent-length: 2\r\n\r\nno'],
  ['an empty reason', 'HTTP/1.1 404 \r\ncontent-length: 2\r\n\r\nno'],
  ['204', 'HTTP/1.1 204 No Content\r\ndate: x\r\n\r\n'],
  ['304 with a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n'],
  ['HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n', { isHead: true }],
  [
    '1xx first',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 1\r\n\r\n!',
  ],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, world!!!\r\n0\r\n\r\n',
  ],
  [
    'chunks with extension and trailer',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n',
  ],
  ['gzip, chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nxx\r\n0\r\n\r\n'],
  ['close', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil the end', { closes: true }],
  ['close with a length', 'HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 3\r\n\r\nend'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
  ['HTTP/1.0 kept alive', 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok'],
  [
    'many headers',
    `HTTP/1.1 500 Oops\r\n${Array.from({ length: 50 }, (_, i) => `x-${i}: ${'v'.repeat(i)}\r\n`).join('')}content-length: 1\r\n\r\n1`,
  ],
  ['obs-text and tabs in a value', 'HTTP/1.1 200 OK\r\nx-a: \té\t b \r\ncontent-length: \t2 \r\n\r\nok'],
]

describe('the answer is the same however the bytes are split', () => {
  test.each(answers)('%s', (_, text, options) => {
    const bytes = Buffer.from(text, 'latin1')
    const whole = parse([bytes], options)
    expect(whole).not.toBeNull()
    expect(
      parse(
        [...bytes].map((_byte, index) => bytes.subarray(index, index + 1)),
        options,
      ),
    ).toEqual(whole)
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 6 }), (cuts) => {
        expect(parse(split(bytes, cuts), options)).toEqual(whole)
      }),
    )
  })
})

describe('the answer is what node:http reads from the same bytes', () => {
  let server: Server
  let reply: { pieces: Buffer[]; closes: boolean }
  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => {
        void (async () => {
          for (const piece of reply.pieces) {
            await new Promise((resolve) => socket.write(piece, resolve))
            await new Promise((resolve) => setImmediate(resolve))
          }
          if (reply.closes) socket.end()
        })()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => server.close())

  const askNode = async (isHead: boolean): Promise<{ status: number; body: string } | 'error'> => {
    const { port } = server.address() as { port: number }
    return new Promise((resolve) => {
      const outgoing = request(
        { port, host: '127.0.0.1', method: isHead ? 'HEAD' : 'GET', agent: false },
        (answer) => {
          let body = ''
          answer.setEncoding('utf8')
          answer.on('data', (text: string) => (body += text))
          answer.on('end', () => resolve({ status: answer.statusCode!, body }))
          answer.on('error', () => resolve('error'))
        },
      )
      outgoing.on('error', () => resolve('error'))
      outgoing.end()
    })
  }

  test.each(answers)('%s', async (_, text, options) => {
    const bytes = Buffer.from(text, 'latin1')
    for (const cuts of [[], [10], [17, 30], [3, 25, 60, 61]]) {
      reply = { pieces: split(bytes, cuts), closes: true }
      const theirs = await askNode(options?.isHead ?? false)
      const ours = parse(reply.pieces, { ...options, closes: true })
      expect({ status: ours?.status, body: ours?.body }).toEqual(theirs)
    }
  })

  test.each(violations())('both refuse %s', async (_, text) => {
    const bytes = Buffer.from(text, 'latin1')
    reply = { pieces: [bytes], closes: true }
    expect(await askNode(false)).toBe('error')
    expect(() => parse([bytes], { closes: true })).toThrow(ProtocolViolation)
  })
})

function violations(): [string, string][] {
  return [
    ['garbage', '\x16\x03\x01 what\r\n\r\n'],
    ['a request', 'GET / HTTP/1.1\r\n\r\n'],
    ['a bad version', 'HTTP/1.x 200 OK\r\n\r\n'],
    ['letters as status', 'HTTP/1.1 2x0 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a space in a header name', 'HTTP/1.1 200 OK\r\nx a: 1\r\n\r\n'],
    ['no header name', 'HTTP/1.1 200 OK\r\n: 1\r\n\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\n1'],
    ['NUL in a value', 'HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n'],
    ['CR without LF', 'HTTP/1.1 200 OK\r\nx: a\rb\r\ncontent-length: 0\r\n\r\n'],
    ['two different lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['letters as length', 'HTTP/1.1 200 OK\r\ncontent-length: 1a\r\n\r\n1'],
    [
      'length beside chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a chunk size that is none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    [
      'a chunk longer than its size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n',
    ],
    [
      'a letter beside the digits of a chunk size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5g\r\nhello\r\n0\r\n\r\n',
    ],
    [
      'a chunk size with a sign',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n',
    ],
    ['a no-break space before a length', 'HTTP/1.1 200 OK\r\ncontent-length: \xa02\r\n\r\nok'],
    ['an empty length', 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n'],
    ['a trailer without a name', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n: 1\r\n\r\n'],
    [
      'a control character in a trailer',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: \x01\r\n\r\n',
    ],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`],
  ]
}

describe('stricter than Node: a generator that is lenient counts a broken target as a working one', () => {
  test.each([
    ['lines that end with LF alone', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
    ['an LF alone between chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\nok\n0\n\n'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 0\r\n\r\n'],
    ['the same length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok'],
    ['a list of equal lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\nok'],
    [
      'a coding after chunked, in a line of its own',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: gzip\r\n\r\n0\r\n\r\n',
    ],
    [
      'an empty chunk extension',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;\r\nok\r\n0\r\n\r\n',
    ],
    [
      'endless chunk extensions',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;${'x'.repeat(20_000)}`,
    ],
    [
      'endless trailers',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(5000)}`,
    ],
    ['a folded trailer', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: 1\r\n 2\r\n\r\n'],
    ['an empty line before the answer', '\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ])('%s', (_, text) => {
    expect(() => parse([Buffer.from(text, 'latin1')], { closes: true })).toThrow(ProtocolViolation)
  })
})

test('a valid answer with random bytes changed is read or refused, never anything else', () => {
  const changes = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(fc.constantFrom(...answers), changes, (source, edits) => {
      const bytes = Buffer.from(source[1], 'latin1')
      for (const [at, byte] of edits) bytes[at % bytes.length] = byte
      try {
        parse(split(bytes, [20, 40]), { closes: true })
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolViolation)
      }
    }),
    { numRuns: 2000 },
  )
})

test('the heads of one connection are read as if each were the first, however much they are alike', () => {
  const heads = answers.map(([, text]) => Buffer.from(text.slice(0, text.indexOf('\r\n\r\n') + 4), 'latin1'))
  const change = fc.record({ at: fc.nat(200), byte: fc.constantFrom(...Buffer.from('09azZ:; \r\n\0')) })
  const next = fc.record({
    head: fc.constantFrom(...heads.slice(0, 2)),
    change: fc.option(change, { freq: 1 }),
    missing: fc.constantFrom(0, 0, 0, 1, 5),
    from: fc.nat(9),
  })
  let known = 0
  fc.assert(
    fc.property(fc.array(next, { maxLength: 20 }), (series) => {
      const read = createHeadReader()
      let last: unknown
      for (const { head, change: edit, missing, from } of series) {
        const bytes = Buffer.concat([Buffer.alloc(from, 'x'), head, Buffer.from('body')])
        if (edit !== null) bytes[from + (edit.at % head.length)] = edit.byte
        const to = missing === 0 ? bytes.length : from + head.length - missing
        const found = headOr(() => read(bytes, from, to))
        expect(found).toEqual(headOr(() => readHead(bytes, from, to)))
        if (found !== null && found === last) known += 1
        last = found
      }
    }),
    { numRuns: 1000 },
  )
  // Else nothing was read that had been read before.
  expect(known).toBeGreaterThan(100)
})

function headOr(read: () => ReturnType<typeof readHead>) {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProtocolViolation) return null
    throw error
  }
}

test('a connection is used again only when both sides agree on where the answer ended', () => {
  const isReusable = (text: string): boolean => parse([Buffer.from(text)], { closes: true })!.isReusable
  expect(isReusable('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1')).toBe(true)
  expect(isReusable('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n12')).toBe(false)
  expect(isReusable('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\n1')).toBe(false)
  expect(isReusable('HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n1')).toBe(false)
  const bothWays =
    'HTTP/1.1 200 OK\r\nconnection: close\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\n1'
  expect(isReusable(bothWays)).toBe(false)
  const oldWithCoding =
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'
  expect(isReusable(oldWithCoding)).toBe(false)
  expect(isReusable('HTTP/1.1 204 x\r\ncontent-length: 3\r\n\r\n')).toBe(true)
  expect(isReusable('HTTP/1.1 204 x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')).toBe(false)
  expect(isReusable('HTTP/1.1 200 OK\r\n\r\nuntil the end')).toBe(false)
})

test('a target that speaks unasked, or changes the protocol, is refused', () => {
  const parser = createResponseParser()
  expect(() => parser.read(Buffer.from('HTTP/1.1 408 x\r\n\r\n'), 0, 18)).toThrow(ProtocolViolation)
  expect(() => parse([Buffer.from('HTTP/1.1 101 Switching\r\n\r\n')])).toThrow(ProtocolViolation)
})

test('how long the target keeps idle connections is read', () => {
  const text =
    'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5, max=100\r\ncontent-length: 0\r\n\r\n'
  expect(parse([Buffer.from(text)])!.idleTimeoutMs).toBe(5000)
})
