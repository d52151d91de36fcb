#!/usr/bin/env node
// Starts msvc with a Node that can run it.
//
// Type stripping and node:sqlite need Node 24.15. On an older one this file re-executes itself with
// the Node that is installed beside it (a clone has one after `npm ci`), or says what is missing.
// It must parse on old Nodes: no syntax newer than ES2018, no import of ours before the check.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const wanted = [24, 15]
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

if (isNewEnough(process.versions.node)) {
  start()
} else {
  const ownNode = join(root, 'node_modules', 'node', 'bin', 'node')
  if (existsSync(ownNode)) reexecute(ownNode)
  else refuse()
}

function isNewEnough(version) {
  const parts = version.split('.').map(Number)
  return parts[0] > wanted[0] || (parts[0] === wanted[0] && parts[1] >= wanted[1])
}

function start() {
  if (module.enableCompileCache) module.enableCompileCache()
  import('@oclif/core/execute')
    .then((oclif) => oclif.execute({ dir: import.meta.url }))
    .catch((error) => {
      console.error(error)
      process.exitCode = 1
    })
}

// Asynchronous, because spawnSync would return on Ctrl-C while the child still cleans up.
function reexecute(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  const forwarded = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGTERM', 'SIGHUP', 'SIGINT']
  for (const signal of forwarded) process.on(signal, () => child.kill(signal))
  // In a terminal the whole foreground group gets Ctrl-C; we only must not die before the child.
  if (process.stdin.isTTY) process.on('SIGINT', () => {})
  child.on('error', (error) => {
    console.error(`msvc: cannot start ${node}: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal) {
      // Also our own deaf ear for Ctrl-C: with it we would survive, and exit 0.
      for (const name of [...forwarded, 'SIGINT']) process.removeAllListeners(name)
      process.kill(process.pid, signal)
    } else process.exitCode = code === null ? 1 : code
  })
}

function refuse() {
  console.error(
    `msvc needs Node ${wanted.join('.')} or newer; this is ${process.versions.node}.\n` +
      'Next: install a newer Node (https://nodejs.org), or run `npm ci` in the clone, which brings one.',
  )
  process.exitCode = 2
}
