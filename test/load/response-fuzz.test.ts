// Our response parser against Node's own, on the same bytes: what we take as an answer, Node takes as the
// same one. Where we refuse what Node takes, the difference is one of the named strictnesses.

import { get } from 'node:http'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { fractionAt } from '../../src/load/chance.ts'
import { ProtocolViolation } from '../../src/load/response-head.ts'
import { createResponseParser } from '../../src/load/response-parser.ts'

const cases = 3000
const seed = 20_260_101

type Reading = { status: number; body: string } | 'incomplete' | 'refused'

test(
  `of ${cases} answers, right and wrong, ours are read as Node reads them`,
  { timeout: 60_000 },
  async () => {
    await using server = await replayer()
    const found = { same: 0, answers: 0, stricter: 0 }
    for (let start = 0; start < cases; start += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, k) => compare(start + k)))
    }
    // The corpus must hold both kinds, or it proves nothing.
    expect(found.answers).toBeGreaterThan(cases / 5)
    expect(found.same - found.answers).toBeGreaterThan(cases / 10)
    expect(found.stricter).toBeLessThan(cases / 5)

    async function compare(number: number): Promise<void> {
      const bytes = answerOf(number)
      const theirs = await readByNode(server.urlOf(bytes))
      const ours = readByUs(bytes, number)
      const detail = `case ${number}: ${JSON.stringify(bytes.toString('latin1'))}`
      if (ours !== 'refused' && ours !== 'incomplete') {
        // Bytes after the answer spoil the connection for us, and for Node the answer too.
        if (theirs === 'refused' && hasMore(bytes)) found.stricter += 1
        else {
          expect(theirs, detail).toEqual(ours)
          found.answers += 1
          found.same += 1
        }
      } else if (typeof theirs === 'object') {
        expect(isKnownStrictness(bytes.toString('latin1')), detail).toBe(true)
        found.stricter += 1
      } else found.same += 1
    }
  },
)

/** What a generator refuses although Node's client lets it pass: it would count a broken target as a working one. */
function isKnownStrictness(whole: string): boolean {
  const text = whole.replace(/^HTTP\/1\.1 10[03][^\r]*\r\n\r\n/, '')
  const end = text.indexOf('\r\n\r\n')
  const head = text.slice(0, end)
  return (
    /^HTTP\/(?!1\.[01] \d\d\d[ \r])/.test(text) || // another version, or a status that is not three digits
    /\r\n[ \t]/.test(head) || // folded lines
    /[^\t\x20-\x7e\x80-\xff\r\n]/.test(whole.slice(0, whole.length - text.length + end)) || // control characters in values
    (/content-length/i.test(head) && /transfer-encoding/i.test(head)) ||
    (head.match(/content-length/gi)?.length ?? 0) > 1 || // also two that agree
    /transfer-encoding:[^\r]*chunked *,/i.test(head) || // a coding after chunked
    text.startsWith('\r') || // an empty line before the answer
    /^HTTP\/1\.[01] 101/.test(text)
  )
}

function readByUs(bytes: Buffer, number: number): Reading {
  const parser = createResponseParser()
  parser.expect({ isHead: false, keepsBody: true })
  try {
    // In two pieces, at any place.
    const cut = Math.floor(fractionAt(seed + 1, number) * bytes.length)
    const first = cut > 0 ? parser.read(bytes, 0, cut) : null
    const answer =
      first ?? (cut < bytes.length ? parser.read(bytes, cut, bytes.length) : null) ?? parser.close()
    if (answer === null) return 'incomplete'
    return { status: answer.status, body: answer.body ?? '' }
  } catch (error) {
    if (error instanceof ProtocolViolation) return 'refused'
    throw error
  }
}

/** Whether bytes follow the answer: fed one by one, it is complete before the last. */
function hasMore(bytes: Buffer): boolean {
  const parser = createResponseParser()
  parser.expect({ isHead: false, keepsBody: false })
  for (let at = 0; at < bytes.length - 1; at++) {
    if (parser.read(bytes, at, at + 1) !== null) return true
  }
  return false
}

const readByNode = (url: string): Promise<Reading> =>
  new Promise((resolve) => {
    const request = get(url, { agent: false }, (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece))
      answer.on('error', () => resolve('incomplete'))
      answer.on('end', () =>
        resolve(
          answer.complete
            ? { status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') }
            : 'incomplete',
        ),
      )
    })
    request.on('upgrade', (_, socket) => {
      socket.destroy()
      resolve('refused')
    })
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code?.startsWith('HPE_') === true ? 'refused' : 'incomplete'),
    )
  })

/** A server that answers GET /<n> with the n-th bytes that it was given, and closes. */
async function replayer() {
  const answers: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', (request) => {
      const [, number] = /^GET \/(\d+)/.exec(request.toString('latin1')) ?? []
      socket.end(answers[Number(number)] ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    urlOf: (bytes: Buffer) => `http://127.0.0.1:${port}/${answers.push(bytes) - 1}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** Mostly right answers, of which half have one thing wrong, and a quarter a byte that does not belong. */
function answerOf(number: number): Buffer {
  let draws = 0
  const chance = (): number => fractionAt(seed, number * 64 + draws++)
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)]!
  const body = 'x'.repeat(Math.floor(chance() * 40))
  const framing = oneOf(['length', 'length', 'chunks', 'chunks', 'close', 'none'])
  const isWrong = chance() < 0.5
  const length = isWrong
    ? oneOf([
        `${body.length + 3}`,
        `${Math.max(0, body.length - 2)}`,
        `+${body.length}`,
        '-1',
        '0x5',
        '',
        ' 1 2',
        `${body.length}, ${body.length}`,
        '99999999999999999999',
      ])
    : `${body.length}`
  const coding = isWrong
    ? oneOf(['chunked, chunked', 'gzip', 'identity', 'chunked, gzip', ' chunked ', 'Chunked', 'xchunked'])
    : 'chunked'
  const lines = [
    isWrong && chance() < 0.3
      ? oneOf([
          'HTTP/1.2 200 OK',
          'HTTP/2 200',
          'HTTP/1.1 20 OK',
          'HTTP/1.1 200',
          'HTTP/1.0 200 OK',
          'http/1.1 200 OK',
          'HTTP/1.1  200 OK',
          'HTTP/1.1 2000 OK',
        ])
      : `HTTP/1.1 ${oneOf([200, 200, 201, 404, 503, 204, 304])} ${oneOf(['OK', '', 'a b'])}`,
    ...(framing === 'length' ? [`${oneOf(['Content-Length', 'content-length'])}: ${length}`] : []),
    ...(framing === 'chunks' ? [`Transfer-Encoding: ${coding}`] : []),
    ...(isWrong && chance() < 0.3
      ? [
          oneOf([
            'content-length: 5',
            'transfer-encoding: chunked',
            'no colon here',
            'sp ace: 1',
            ': empty',
            ' folded',
            'a:\x01',
            'a\x00b: 1',
            'x: \xe9',
          ]),
        ]
      : []),
    ...(chance() < 0.5
      ? [
          oneOf([
            'connection: close',
            'connection: keep-alive',
            'date: now',
            'x-empty:',
            'keep-alive: timeout=5',
          ]),
        ]
      : []),
  ]
  const text = `${lines.join('\r\n')}\r\n\r\n${framing === 'chunks' ? chunked(body, isWrong, oneOf) : framing === 'none' ? '' : body}`
  const early = chance() < 0.15 ? `HTTP/1.1 ${oneOf(['100 Continue', '103 Early Hints'])}\r\n\r\n` : ''
  const bytes = Buffer.from(early + text, 'latin1')
  if (chance() > 0.25) return bytes
  const at = Math.floor(chance() * bytes.length)
  const odd = Buffer.from([oneOf([0, 9, 10, 13, 32, 58, 59, 127, 200, 65])])
  const skip = oneOf([0, 1])
  return Buffer.concat([bytes.subarray(0, at), odd, bytes.subarray(at + skip)])
}

function chunked(body: string, isWrong: boolean, oneOf: <T>(values: readonly T[]) => T): string {
  const cut = Math.floor(body.length / 2)
  const pieces = [body.slice(0, cut), body.slice(cut)].filter((piece) => piece !== '')
  const size = (piece: string): string =>
    isWrong
      ? oneOf([
          piece.length.toString(16),
          ` ${piece.length.toString(16)}`,
          'zz',
          `${piece.length.toString(16)};a=b`,
          `${piece.length.toString(16)} `,
          `0${piece.length.toString(16)}`,
          '',
        ])
      : piece.length.toString(16)
  const end = isWrong
    ? oneOf(['0\r\n\r\n', '0\r\nx: y\r\n\r\n', '0\r\n', '', '00\r\n\r\n', '0\n\n'])
    : '0\r\n\r\n'
  return pieces.map((piece) => `${size(piece)}\r\n${piece}\r\n`).join('') + end
}
