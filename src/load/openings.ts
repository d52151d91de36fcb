// How many connections may be opening at once. Opening one costs many times what a request costs: a generator
// that was held up and opened one for each arrival that came meanwhile would be held up by that in turn.
//
// A target that takes long to accept is not waited for: each time that none of them has come to its end for
// a moment, as many more may be opened.

export interface Openings {
  mayBegin(nowMs: number): boolean
  begin(nowMs: number): void
  /** It is open, or has failed. */
  end(nowMs: number): void
}

const openingsAtOnce = 16
const openingMomentMs = 5

export function createOpenings(): Openings {
  let underWay = 0
  let allowed = openingsAtOnce
  /** Since when none has come to its end. */
  let sinceMs = 0
  return {
    mayBegin(nowMs) {
      if (underWay < allowed) return true
      if (nowMs - sinceMs < openingMomentMs) return false
      allowed = underWay + openingsAtOnce
      sinceMs = nowMs
      return true
    },
    begin(nowMs) {
      if (underWay === 0) sinceMs = nowMs
      underWay += 1
    },
    end(nowMs) {
      underWay -= 1
      sinceMs = nowMs
      if (underWay === 0) allowed = openingsAtOnce
    },
  }
}
