// Preloaded into a service (`node --import`): kills it with SIGKILL at one point of its work, once that is written into
// the file that CRASH_AT names. The file is taken away first, so that the next process goes on.
//
//   {"when":"before","what":"commit","of":"order.confirmed"}      of: what the transaction wrote
//   {"when":"after","what":"answer","of":"POST /charges"}         of: method and the beginning of the path
//   {"when":"before","what":"sync","of":"email.ndjson"}           of: the end of the file's path
//   {"when":"amid","what":"write","of":"email.ndjson"}            half of the bytes are written

import fs from 'node:fs'
import { ServerResponse } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync, type SQLInputValue } from 'node:sqlite'

export interface CrashPoint {
  when: 'before' | 'amid' | 'after'
  what: 'commit' | 'answer' | 'write' | 'sync'
  of: string
}

const file = process.env['CRASH_AT'] ?? ''

function isAt(when: CrashPoint['when'], what: CrashPoint['what'], isIt: (of: string) => boolean): boolean {
  if (!fs.existsSync(file)) return false
  const point = JSON.parse(fs.readFileSync(file, 'utf8')) as CrashPoint
  return point.when === when && point.what === what && isIt(point.of)
}

function dieIf(isNow: boolean): void {
  if (!isNow) return
  fs.rmSync(file)
  process.kill(process.pid, 'SIGKILL')
}

let written: unknown[] = []
const { exec } = DatabaseSync.prototype
DatabaseSync.prototype.exec = function (sql) {
  if (sql.startsWith('begin')) written = []
  const isIt = (of: string): boolean => written.includes(of)
  if (sql === 'commit') dieIf(isAt('before', 'commit', isIt))
  exec.call(this, sql)
  if (sql === 'commit') dieIf(isAt('after', 'commit', isIt))
}
const { run } = StatementSync.prototype
StatementSync.prototype.run = function (this: StatementSync, ...values: SQLInputValue[]) {
  written.push(...values)
  return Reflect.apply(run, this, values)
} as typeof run

const { end } = ServerResponse.prototype
ServerResponse.prototype.end = function (this: ServerResponse, ...rest: Parameters<typeof end>) {
  const asked = `${this.req.method} ${this.req.url}`
  const isIt = (of: string): boolean => asked.startsWith(of) && this.statusCode < 400
  dieIf(isAt('before', 'answer', isIt))
  if (isAt('after', 'answer', isIt)) this.once('finish', () => dieIf(true))
  return end.apply(this, rest)
} as typeof end

const paths = new Map<number, string>()
const endsWith = (descriptor: number) => (of: string) => paths.get(descriptor)?.endsWith(of) === true

const { openSync, fsyncSync } = fs
fs.openSync = (path, ...rest) => {
  const descriptor = openSync(path, ...rest)
  paths.set(descriptor, String(path))
  return descriptor
}
fs.fsyncSync = (descriptor) => {
  dieIf(isAt('before', 'sync', endsWith(descriptor)))
  fsyncSync(descriptor)
  dieIf(isAt('after', 'sync', endsWith(descriptor)))
}

// With what `promisify` asks of them.
const like = <T extends object>(original: T, changed: object): T =>
  Object.defineProperties(changed, Object.getOwnPropertyDescriptors(original)) as T

const { fdatasync, write } = fs
fs.fdatasync = like(fdatasync, (descriptor: number, done: fs.NoParamCallback) => {
  dieIf(isAt('before', 'sync', endsWith(descriptor)))
  fdatasync(descriptor, (error) => {
    dieIf(isAt('after', 'sync', endsWith(descriptor)))
    done(error)
  })
})
fs.write = like(write, (descriptor: number, bytes: Buffer, ...rest: unknown[]) => {
  if (isAt('amid', 'write', endsWith(descriptor))) {
    fs.writeSync(descriptor, bytes, 0, Math.floor(bytes.length / 2))
    dieIf(true)
  }
  Reflect.apply(write, fs, [descriptor, bytes, ...rest])
})
syncBuiltinESMExports()
