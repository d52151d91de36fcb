// The faults that msvc knows.

import type { FaultKind } from './fault.ts'
import { kill } from './faults/kill.ts'

export const faultKinds: FaultKind[] = [kill]
