// How a process of our own is started: the agent, the proxies.

import { moduleBeside } from './module-beside.ts'

const compileCache = moduleBeside(import.meta.url, 'compile-cache').href

/** The command line that runs the file. */
export const ownProcess = (entry: string): [command: string, ...args: string[]] => [
  process.execPath,
  `--import=${compileCache}`,
  entry,
]
