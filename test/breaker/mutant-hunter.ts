// A process of test/breaker/mutants.ts: is sent one hunt after another, and answers each with its killer.

import { killerOf, type Hunt } from './kill-mutant.ts'

process.on('message', (hunt: Hunt) => {
  // What is thrown here is no killer: it ends this process, and the whole hunt with it.
  void killerOf(hunt).then((killer) => process.send!({ killer: killer ?? null }))
})
process.on('disconnect', () => process.exit())
