// The one timer that a connection may need: how long to wait for `100 Continue`.

/** Does it after the time; returns what calls it off. */
export function laterBy(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}
