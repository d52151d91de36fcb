// What `msvc new` can ask: one table, from which both the flags and the prompts are made, so that
// whatever can be prompted for can also be said on the command line.

import { templateNames } from './templates.ts'

export interface Question {
  /** The prompt, and the description of the flag. */
  ask: string
  /** How the answer is given on the command line; told where nobody can be asked. */
  flag: string
}

export const questions = {
  kind: { ask: 'Kind of thing to make', flag: 'msvc new system shop, or msvc new service refunds' },
  systemName: { ask: 'Name of the system', flag: 'msvc new system shop' },
  serviceName: { ask: 'Name of the service', flag: 'msvc new service refunds' },
  template: { ask: 'Template to start from', flag: `--template ${templateNames.join('|')}` },
  dependsOn: { ask: 'Services that it calls', flag: '--depends-on order,payment' },
} as const satisfies Record<string, Question>
