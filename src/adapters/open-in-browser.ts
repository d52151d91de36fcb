// Opens a file with the desktop's own program.

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** False when there is no display, or nothing to open it with. */
export async function openInBrowser(path: string): Promise<boolean> {
  if (!hasDisplay(process.platform, process.env)) return false
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(program, [path], { stdio: 'ignore', detached: true })
  try {
    await once(child, 'spawn')
  } catch {
    return false // no such program: the caller prints the path
  }
  child.unref()
  return true
}

function hasDisplay(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): boolean {
  if (platform === 'darwin') return environment['SSH_CONNECTION'] === undefined
  return Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY'])
}
