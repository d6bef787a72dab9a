// Puts what a Node.js process loads into few files, unless that is done since the last build: a thousand small modules take
// longer to load than all else that a command does when it starts. The modules stay what they are for everybody else.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = join(root, 'packages')

const changedMs = file => (existsSync(file) ? statSync(file).mtimeMs : 0)

/** When the compiler, or npm, last wrote something, or what is done here was changed. */
const builtMs = Math.max(
  changedMs(fileURLToPath(import.meta.url)),
  changedMs(join(root, 'node_modules', '.package-lock.json')),
  ...readdirSync(packages).map(name => changedMs(join(packages, name, 'dist', 'tsconfig.tsbuildinfo'))),
)

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Names stay, for the sake of stack traces.
  minifyWhitespace: true,
  logLevel: 'error',
}

/** They bring binaries, or files that they look for themselves. */
const external = ['classic-level', 'memory-level', 'secp256k1', 'pino']

/** What the threads that check scripts run, and the folder beside it where it is packed. */
const worker = 'worker.node.js'
const packed = 'packed'

/** A module that looks for files beside itself still finds them where it was, and a thread is started with few. */
const ownPlaces = outdir => ({
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]packages[\\/][^\\/]+[\\/]dist[\\/]src[\\/].*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!text.includes('import.meta.url')) return undefined
      const place = JSON.stringify(relative(outdir, path).replaceAll('\\', '/'))
      const placed = text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`)
      return { contents: placed.replaceAll(`'./${worker}'`, `'./${packed}/${worker}'`) }
    })
  },
})

/** libp2p alone, for whoever uses the packages as a library. */
const host = join(packages, 'network', 'dist', 'src', 'host')
const libp2p = join(host, 'libp2p.bundle.js')
if (changedMs(libp2p) <= builtMs) await build({ ...common, entryPoints: [join(host, 'libp2p.js')], outfile: libp2p })

/** The command, each of its parts loaded when it is called for. */
const bin = join(packages, 'node', 'dist', 'bin')
const command = join(bin, 'main.js')
if (changedMs(command) <= builtMs) {
  rmSync(bin, { recursive: true, force: true })
  await build({
    ...common,
    entryPoints: [join(packages, 'node', 'dist', 'src', 'cli', 'main.js')],
    outdir: bin,
    splitting: true,
    external,
    plugins: [ownPlaces(bin)],
  })
}

/** The threads of the command. */
const verify = join(packages, 'consensus', 'dist', 'src', 'verify')
if (changedMs(join(verify, packed, worker)) <= builtMs)
  await build({
    ...common,
    entryPoints: [join(verify, worker)],
    outdir: join(verify, packed),
    splitting: true,
    external,
  })
