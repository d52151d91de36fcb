// Starts the service; its settings come from the environment.

import { startService } from '@system/platform'
import { service } from './service.ts'

await startService(service)
