// Runs the tests under other Node versions too: each is an npm package that holds the binary, unpacked outside the
// checkout and removed afterwards.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSIONS = ['22', '24']
const PLATFORM = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const root = fileURLToPath(new URL('..', import.meta.url))

function must(command, args, options = {}) {
  const done = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

for (const version of VERSIONS) {
  const folder = mkdtempSync(join(tmpdir(), 'raistone-node-'))
  try {
    must('npm', [
      'install',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--prefix',
      folder,
      `${PLATFORM}@${version}`,
    ])
    const binary = join(folder, 'node_modules', PLATFORM, 'bin', 'node')
    must(binary, ['--version'])
    must(binary, [join(root, 'scripts', 'test.mjs'), ...process.argv.slice(2)], { cwd: root })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
