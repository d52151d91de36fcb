// Loaded before everything else into a process of our own (own-process.ts): what Node compiled the last time is not
// compiled again. Where that is kept is Node's choice, or NODE_COMPILE_CACHE.

import { enableCompileCache } from 'node:module'

enableCompileCache()
