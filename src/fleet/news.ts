// News as they come, and those who wait for one of them, without asking all the time.

export interface News<T> {
  tell(news: T): void
  /** What `answer` makes of the first news from now on that it has an answer to; rejects with the signal's reason when it aborts first. */
  heard<Answer>(answer: (news: T) => Answer | undefined, signal: AbortSignal): Promise<Answer>
}

export function openNews<T>(): News<T> {
  const listeners = new Set<(news: T) => void>()
  return {
    tell(news) {
      for (const listener of listeners) listener(news)
    },
    heard: (answer, signal) =>
      new Promise((resolve, reject) => {
        const leave = (): void => {
          listeners.delete(listen)
          signal.removeEventListener('abort', giveUp)
        }
        const giveUp = (): void => {
          leave()
          reject(signal.reason)
        }
        const listen = (news: T): void => {
          const found = answer(news)
          if (found === undefined) return
          leave()
          resolve(found)
        }
        listeners.add(listen)
        signal.addEventListener('abort', giveUp)
        if (signal.aborted) giveUp()
      }),
  }
}
