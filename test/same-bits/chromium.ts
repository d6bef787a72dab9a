import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome']

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The executable that RAISTONE_CHROMIUM names, or the first Chromium on PATH; throws a sentence that says how to get one. */
export function findChromium(): string {
  const named = process.env.RAISTONE_CHROMIUM
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  const candidates = named ? [named] : names.flatMap(name => folders.map(folder => join(folder, name)))
  const found = candidates.find(isExecutable)
  if (found) return found
  throw new Error(
    named
      ? `RAISTONE_CHROMIUM names ${named}, which cannot be executed`
      : `this proof needs Chromium, and PATH has none of ${names.join(', ')}: install it ` +
          '(Debian: apt-get install -y chromium), or set RAISTONE_CHROMIUM to its executable',
  )
}

const VERSION_DEADLINE_MS = 20_000

export const chromiumVersion = (executable: string): string =>
  execFileSync(executable, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: VERSION_DEADLINE_MS,
  }).trim()

const STDERR_KEPT = 2_000

/** A browser without windows that ends by itself once its page is loaded. */
export class Chromium {
  private readonly child: ChildProcess
  private stderr = ''
  /** Fulfilled, with the end of what it said, when it has ended. */
  readonly ended: Promise<string>

  /** `home` is where it may write: an empty folder that somebody else removes. */
  constructor(executable: string, url: string, home: string, flags: readonly string[]) {
    mkdirSync(home)
    const own = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
    this.child = spawn(executable, [...own, `--user-data-dir=${home}`, ...flags, '--dump-dom', url], {
      // A group of its own, so that its renderers end with it.
      detached: true,
      env: { ...process.env, HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_KEPT)
    })
    this.ended = new Promise((resolve, reject) => {
      // All of its processes hold this pipe, so that nobody writes into the folder any more.
      this.child.once('close', () => resolve(this.stderr))
      this.child.once('error', reject)
    })
  }

  /** Ends it and what it started; nothing if it has ended. */
  kill(): void {
    if (this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null)
      process.kill(-this.child.pid, 'SIGKILL')
  }
}
