// How a process of our own is started: the agent, the proxies.

const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const compileCache = new URL(`./compile-cache.${suffix}`, import.meta.url).href

/** The command line that runs the file. */
export const ownProcess = (entry: string): [command: string, ...args: string[]] => [
  process.execPath,
  `--import=${compileCache}`,
  entry,
]
