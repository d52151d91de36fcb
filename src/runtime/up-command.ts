// What `msvc up` needs, loaded together and only then.

export { takeInterrupts } from '../adapters/interrupts.ts'
export { findAgent } from './agent-client.ts'
export { stayInForeground } from './foreground.ts'
export { startFleet } from './up.ts'
