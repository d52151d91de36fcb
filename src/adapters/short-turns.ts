// What is due at once, in turns of the event loop that are short: sockets and timers come in between, however
// much there is to do.

/** Calls back as soon as possible, in the order of asking; the answer takes it back. */
export type Soon = (run: () => void) => () => void

export function shortTurns(longestMs: number): Soon {
  const asked = new Set<{ run: () => void }>()
  const state = { isUnderWay: false }

  const turn = (): void => {
    const untilMs = performance.now() + longestMs
    // Those that are asked for meanwhile come in a later turn: some ask anew each time.
    const askedBefore = [...asked]
    for (const one of askedBefore) {
      if (!asked.delete(one)) continue
      one.run()
      if (performance.now() > untilMs) break
    }
    state.isUnderWay = asked.size > 0
    if (state.isUnderWay) setImmediate(turn)
  }

  return (run) => {
    const one = { run }
    asked.add(one)
    if (!state.isUnderWay) setImmediate(turn)
    state.isUnderWay = true
    return () => void asked.delete(one)
  }
}
