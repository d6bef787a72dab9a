// Versions and publishing are lerna's; it is fetched at a pinned version when it is needed, not with every install.
// `npm run release -- version minor`, `npm run release -- publish from-package`, `npm run release -- list`.
import { spawnSync } from 'node:child_process'

const LERNA = 'lerna@9.0.7'
const words = process.argv.slice(2)
if (words.length === 0) {
  console.error('usage: npm run release -- list | version … | publish …')
  process.exit(2)
}
const done = spawnSync('npx', ['--yes', LERNA, ...words], { stdio: 'inherit' })
process.exit(done.status ?? 1)
