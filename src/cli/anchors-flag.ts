// Where the anchors of an audit chain are kept: the same flag for every command that compares a log with them.

import { string } from '@oclif/core/flags'

export const anchorsFlag = () =>
  string({
    description: 'Folder of the anchors, when they are not kept with the data of the service.',
    helpValue: '<folder>',
    env: 'ANCHOR_DIR',
  })
