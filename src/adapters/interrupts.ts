// Ctrl-C and its relatives: the first asks to end well, the second to end at once.
//
// One Ctrl-C can arrive twice: a terminal sends it to every process in the foreground, and whoever
// started us (npm, bin/run.js on an old Node) sends on what it got. So the same signal again within a
// moment is still the first.

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const echoWithinMs = 200

export interface Interrupts extends Disposable {
  first: AbortSignal
  second: AbortSignal
}

/** Takes the signals over until disposed; the reason is an InterruptError (exit code 130). */
export function takeInterrupts(): Interrupts {
  const first = new AbortController()
  const second = new AbortController()
  let last: { signal: NodeJS.Signals; at: number } | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    const at = performance.now()
    if (last?.signal === signal && at - last.at < echoWithinMs) return
    last = { signal, at }
    ;(first.signal.aborted ? second : first).abort(interrupted())
  }
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
