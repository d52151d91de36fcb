// Ctrl-C and its relatives: the first asks to end well, the second to end at once.

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface Interrupts extends Disposable {
  first: AbortSignal
  second: AbortSignal
}

/** Takes the signals over until disposed; the reason is an InterruptError (exit code 130). */
export function takeInterrupts(): Interrupts {
  const first = new AbortController()
  const second = new AbortController()
  const onSignal = (): void => (first.signal.aborted ? second : first).abort(interrupted())
  for (const signal of signals) process.on(signal, onSignal)
  return {
    first: first.signal,
    second: second.signal,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

const interrupted = (): Error => Object.assign(new Error('Interrupted.'), { name: 'InterruptError' })
