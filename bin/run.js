#!/usr/bin/env node
// Starts msvc with a Node that can run it.
//
// Type stripping and node:sqlite need Node 24.15. On an older one this file re-executes itself with
// the Node that is installed beside it (a clone has one after `npm ci`), or says what is missing.
// It must parse on old Nodes: no syntax newer than ES2018, no import of ours before the check.
// Each start pays for what stands here, so it loads only what the way taken needs, and `--version`
// needs neither oclif nor a second process.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const wanted = [24, 15]
const isOwnNode = isNewEnough(process.versions.node)
const otherNode = isOwnNode ? undefined : installedNode()

if (!isOwnNode && otherNode === undefined) refuse()
else if (['--version', '-v'].includes(process.argv[2])) tellVersion()
else if (isOwnNode) start()
else reexecute(otherNode.path)

function isNewEnough(version) {
  const parts = version.split('.').map(Number)
  return parts[0] > wanted[0] || (parts[0] === wanted[0] && parts[1] >= wanted[1])
}

function installedNode() {
  try {
    const { version } = require('../node_modules/node/package.json')
    const path = require.resolve('../node_modules/node/bin/node')
    return isNewEnough(version) ? { version, path } : undefined
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

// The same line as oclif's, about the Node that runs the commands.
function tellVersion() {
  const { name, version } = require('../package.json')
  const node = isOwnNode ? process.versions.node : otherNode.version
  console.log(`${name}/${version} ${process.platform}-${process.arch} node-v${node}`)
}

function start() {
  const { enableCompileCache } = require('node:module')
  if (enableCompileCache) enableCompileCache()
  import('../dist/cli/main.js')
    .then(({ main }) => main(process.argv.slice(2), import.meta.url))
    .catch((error) => {
      console.error(error)
      process.exitCode = 1
    })
}

// Asynchronous, because spawnSync would return on Ctrl-C while the child still cleans up. In a terminal
// the child gets Ctrl-C twice, from the terminal and from here; it takes the two for one.
function reexecute(node) {
  const { spawn } = require('node:child_process')
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`msvc: cannot start ${node}: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal) {
      // End as the child did; with a listener left we would survive, and exit 0.
      for (const name of signals) process.removeAllListeners(name)
      process.kill(process.pid, signal)
    } else process.exitCode = code
  })
}

function refuse() {
  console.error(
    `msvc needs Node ${wanted.join('.')} or newer; this is ${process.versions.node}.\n` +
      'Next: install a newer Node (https://nodejs.org), or run `npm ci` in the clone, which brings one.',
  )
  process.exitCode = 2
}
