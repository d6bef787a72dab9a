#!/usr/bin/env node
// Launcher: checks the Node version with syntax that old ones understand, then hands over to the compiled command.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Raistone needs Node.js 20.19 or newer; this is ${process.versions.node}. Install one from https://nodejs.org/`,
  )
  process.exit(1)
}
let command
try {
  command = await import('../dist/bin/main.js')
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
  console.error(`Raistone is not built yet (${error.message}).\nRun once in the checkout: node scripts/ensure.mjs`)
  process.exit(1)
}
process.exitCode = await command.main(process.argv.slice(2))
