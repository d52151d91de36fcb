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
