// The system that the user stands in.

import { diskFiles } from '../adapters/files.ts'
import { systemRoot } from '../system/load-system.ts'

/** Its folder, or `errors.noSystemHere`. */
export const rootHere = (): Promise<string> => systemRoot(process.cwd(), diskFiles)
