// How badly the sandbox behaves: shares of payments that are declined, of captures that are refused and of
// answers that are lost, and how long each answer takes.
//
// Shares are exact and not by chance: of 0.2, every fifth. So a test of five payments has one lost answer.

export interface Mood {
  declineShare: number
  /** Of what is reserved, and stays so. */
  refusedCaptureShare: number
  lostAnswerShare: number
  delayMs: number
}

/** Yes for that share of the times that it is asked; the share may change in between. */
export function createShare(): (share: number) => boolean {
  let sum = 0
  return (share) => {
    sum += share
    if (sum < 1 - 1e-9) return false
    sum -= 1
    return true
  }
}
