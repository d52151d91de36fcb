// Outcomes that are failures, as names.

import { type OutcomeCounts, outcomes } from '../../events.ts'

/** The failed outcomes that occurred. */
export const failureNames = (counts: OutcomeCounts): string[] =>
  outcomes.filter((outcome) => outcome !== 'ok' && (counts[outcome] ?? 0) > 0)
