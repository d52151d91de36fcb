// What the features need from the world. adapters/ keeps the promises; tests hand in small fakes of
// the clock and of chance only (files, processes and sockets are always real in tests).

/** Time. `now` is for records, `monotonicMs` for differences. */
export interface Clock {
  /** Epoch milliseconds, fraction kept. */
  now(): number
  /** Milliseconds since an arbitrary moment; never goes back. */
  monotonicMs(): number
  /** Resolves after the time, rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Chance. */
export interface Random {
  /** In [0, 1). */
  fraction(): number
  uuid(): string
}

/** Text files below a known root. Paths are absolute. */
export interface Files {
  read(path: string): Promise<string>
  /** `undefined` when there is no such file. */
  readIfExists(path: string): Promise<string | undefined>
  exists(path: string): Promise<boolean>
  /** Writes whole or not at all (temporary file, fsync, rename); makes parent folders. */
  write(path: string, text: string): Promise<void>
  /** Names in the folder; an absent folder is empty. */
  list(path: string): Promise<string[]>
  remove(path: string): Promise<void>
}

/** A process of ours, told apart from a later one that got the same pid. */
export interface ProcessIdentity {
  pid: number
  /** Opaque; as the kernel tells it. */
  startTime: string
}

/** What the kernel tells of a process. */
export interface ProcessLook {
  isStopped: boolean
  /** All that it used so far. */
  cpuMs: number
  /** What of it is in memory. */
  memoryBytes: number
}

export interface ProcessExit {
  code: number | null
  signal: string | null
}

/** How a service is started. The environment is complete: nothing else is inherited. */
export interface Launch {
  /** Program and arguments; no shell reads them. */
  argv: string[]
  cwd: string
  env: Record<string, string>
}

export interface ServiceProcess extends ProcessIdentity {
  /** Never rejects. */
  exited: Promise<ProcessExit>
  /** A line for its standard input, which stays open; nobody hears it when it has ended. */
  tell(line: string): void
}

export interface Output {
  stream: 'stdout' | 'stderr'
  line: string
}

/** Starts services, each as the leader of a process group of its own, and signals whole groups. */
export interface Processes {
  /** A program that cannot be run ends at once, with code 127 or none. */
  spawn(launch: Launch, onOutput: (lines: Output[]) => void): ServiceProcess
  /** False when that process is gone, or its pid belongs to another process by now. */
  signalGroup(process: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): boolean
}

export interface HttpAnswer {
  status: number
  body: string
}

/** Small requests to the services' own endpoints. */
export interface Http {
  /** Rejects when there is no answer in time. */
  get(url: string, timeoutMs: number, headers?: Record<string, string>): Promise<HttpAnswer>
  /**
   * Calls back once the stream of server-sent events is open and again for each message. Resolves when
   * the stream ends, rejects when it cannot be opened.
   */
  follow(url: string, onMessage: () => void, signal: AbortSignal): Promise<void>
}

/** One connection that carries bytes, TCP or TLS. */
export interface ByteStream {
  write(bytes: Uint8Array): void
  /** Ends it at once; it reports nothing afterwards. */
  destroy(): void
}

export interface ByteStreamEvents {
  opened(): void
  /** The bytes are only valid during the call. */
  received(bytes: Buffer, length: number): void
  /** At most once, and nothing after it. */
  ended(end: StreamEnd): void
}

export type StreamEnd =
  | { kind: 'closed' }
  /** A system or TLS error code, such as ECONNRESET. */
  | { kind: 'socket-error'; code: string; isOpen: boolean; isSecure: boolean; reason?: string }

/** How a load generator waits for the next arrival. */
export type Pacing = 'metronome' | 'precise' | 'eco'

/** A closed-model run: so many connections, each sends when its last answer is there. */
export interface SaturationPlan {
  url: string
  connections: number
  durationMs: number
  timeoutMs: number
  method: string
  headers: Record<string, string>
  body?: string
  /** For all connections together; not said: as many as the target answers. */
  ratePerSecond?: number
  /** Take any certificate. */
  isUnverified?: boolean
}

/** One end of a proxied connection. Each side may end on its own (half-close). */
export interface SocketEnd {
  /** False: hold back until `drained`. */
  write(bytes: Uint8Array): boolean
  /** FIN, after what was written. */
  end(): void
  /** FIN after what was written, then gone; cut when the other side does not take it in time. */
  close(): void
  /** RST, at once. */
  reset(): void
  pause(): void
  resume(): void
}

export interface SocketEndEvents {
  /** The bytes are good until it returns; a `write` may be given them, whoever else keeps them needs a copy. */
  received(bytes: Uint8Array): void
  /** The other side sends no more. */
  ended(): void
  drained(): void
  /** At most once, and nothing after it; `code` when it did not end well. */
  closed(code: string | undefined): void
}

export interface HostPort {
  host: string
  port: number
}

export interface SocketListener {
  address: HostPort
  /** Refuses new connections from now on; those that are open stay. */
  close(): void
}

/** TCP for a proxy: what is accepted is paused until somebody reads it. */
export interface Sockets {
  /** Rejects with a system error, such as EADDRINUSE. */
  listen(address: HostPort, accepted: (end: SocketEnd) => SocketEndEvents): Promise<SocketListener>
  dial(address: HostPort, events: SocketEndEvents & { connected(): void }): SocketEnd
}

/** Calls back once after the time; the answer takes it back. */
export type After = (ms: number, run: () => void) => () => void

/** One place on a shared HTTP/2 session: one request at a time. */
export interface Http2Place {
  request(message: Http2Message): void
  /** Gives it up; it reports nothing afterwards. */
  release(): void
}

export interface Http2Message {
  headers: Readonly<Record<string, string>>
  body: Uint8Array | null
  keepsBody: boolean
}

export interface Http2Events {
  opened(): void
  answered(answer: Http2Answer): void
  /** At most once, and nothing after it. */
  ended(end: StreamEnd | { kind: 'malformed'; reason: string }): void
}

export interface Http2Answer {
  status: number
  headers: Readonly<Record<string, unknown>>
  /** The first MiB as text, when it was asked for. */
  body: string | null
  /** The session takes another request. */
  isReusable: boolean
}
