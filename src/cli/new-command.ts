// What the commands of `msvc new` have in common: how their flags become options, and how the end is told.

import { boolean } from '@oclif/core/flags'
import { BaseCommand, exitCodes } from './base-command.ts'
import { newView, type NewResult } from './views/new.ts'

interface NewFlags {
  'dry-run': boolean
  install: boolean
  git: boolean
}

export const installFlag = boolean({ description: 'Run npm install.', default: true, allowNo: true })

export abstract class NewCommand extends BaseCommand {
  protected newOptions({ 'dry-run': dryRun, install, git }: NewFlags) {
    return {
      cliVersion: this.config.version,
      dryRun,
      install,
      git,
      progress: (text: string) => this.progress(text),
    }
  }

  protected showNew(result: NewResult): NewResult {
    if (result.install.state === 'failed') this.endWith(exitCodes.failed)
    return this.show(result, newView(result))
  }
}
