// Tells its parent when the machine stood still: every 5 ms it does the same bit of arithmetic, and looks how much CPU
// time that took. Where a host takes the cores away from a virtual machine and does not say so (steal in
// /proc/stat stays 0), arithmetic takes five to thirty times as long. Interrupts and naps hit single samples nearly as hard,
// so only several in a row are a stall. Started with fork; ends with its parent.

export interface StallTold {
  /** Epoch milliseconds. */
  fromMs: number
  toMs: number
}

const everyMs = 5
const steps = 40_000
const calmSamples = 200
const slowBy = 4
const inARow = 5

process.on('disconnect', () => process.exit(0))
watch(await calmUs())

function watch(calm: number): void {
  let slow = 0
  let fromMs = 0
  let lastMs = Date.now()
  setInterval(() => {
    const us = arithmeticUs()
    const nowMs = Date.now()
    if (us <= slowBy * calm) slow = 0
    else {
      if (slow === 0) fromMs = lastMs
      slow += 1
      // From the first of the row on, then each as it comes: nobody has to wait for the end.
      if (slow >= inARow) {
        process.send?.({ fromMs, toMs: nowMs } satisfies StallTold)
        fromMs = nowMs
      }
    }
    lastMs = nowMs
  }, everyMs)
  process.send?.('ready')
}

/** The median; the first half had code that was not compiled yet. */
async function calmUs(): Promise<number> {
  const samples: number[] = []
  while (samples.length < calmSamples) {
    samples.push(arithmeticUs())
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  return samples.slice(calmSamples / 2).toSorted((one, other) => one - other)[calmSamples / 4]!
}

function arithmeticUs(): number {
  // Not that of the thread, which Linux brings up to date at a tick only: it is 0 in between.
  const before = process.cpuUsage()
  let value = 1
  for (let step = 0; step < steps; step += 1) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0
  const { user, system } = process.cpuUsage(before)
  return value === 0 ? 0 : user + system
}
