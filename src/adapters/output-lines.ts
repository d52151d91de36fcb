// Lines to standard output, at the pace of whoever reads them.

/** Writes a line; resolves when there is room for more, false when the reader is gone (`msvc logs | head`). */
export type WriteLine = (text: string) => Promise<boolean>

/**
 * Node takes the error of a closed pipe back from process.stdout (it cannot be destroyed), so that it is
 * seen only by who listens at that moment: this does, from the start.
 */
export function openOutput(): WriteLine {
  const { stdout } = process
  const reader = { isGone: false, wake: (): void => {} }
  stdout.on('drain', () => reader.wake())
  for (const end of ['error', 'close']) {
    stdout.on(end, () => {
      reader.isGone = true
      reader.wake()
    })
  }
  return async (text) => {
    if (reader.isGone) return false
    if (!stdout.write(`${text}\n`)) {
      await new Promise<void>((resolve) => {
        reader.wake = resolve
      })
    }
    return !reader.isGone
  }
}
