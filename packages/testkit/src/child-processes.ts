import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

/** How long a process that was asked to stop may take before it is killed. */
export const STOP_DEADLINE_MS = 30_000

/** What a process left behind. A signal that ended it takes the place of the code. */
export interface Ended {
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
}

const running = new Set<TestProcess>()
let guarding = false

/** A child process that is never left behind: `killAllProcesses` reaps it, and the end of this process kills it. */
export class TestProcess {
  readonly ended: Promise<Ended>
  private readonly child: ChildProcess
  /** It leads a process group of its own, which is killed as a whole. */
  private readonly leads: boolean
  private readonly watchers = new Set<(line: string) => void>()
  private out = ''
  private err = ''

  constructor(
    command: string,
    args: readonly string[],
    options: SpawnOptions & { readonly input?: string | Uint8Array },
  ) {
    const { input, ...spawnOptions } = options
    this.child = spawn(command, args, { ...spawnOptions, stdio: 'pipe' })
    this.leads = spawnOptions.detached === true
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => this.take(chunk))
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.err += chunk
    })
    // A process that ends without reading its input is no failure of ours.
    this.child.stdin?.on('error', () => undefined)
    this.child.stdin?.end(input)
    this.ended = new Promise((done, failed) => {
      this.child.on('error', failed)
      this.child.on('close', (code, signal) =>
        done({ code: code ?? undefined, signal: signal ?? undefined, stdout: this.out, stderr: this.err }),
      )
    })
    const forget = (): boolean => running.delete(this)
    this.ended.then(forget, forget)
    if (!guarding) process.once('exit', killAll)
    guarding = true
    running.add(this)
  }

  get pid(): number {
    return this.child.pid as number
  }

  get stdout(): string {
    return this.out
  }

  get stderr(): string {
    return this.err
  }

  /** Nobody reads its standard error any more, as when a pipe's other end has gone. */
  closeStderr(): void {
    this.child.stderr?.destroy()
  }

  /** Sends a signal; false if the process is gone. */
  signal(signal: NodeJS.Signals): boolean {
    return this.child.kill(signal)
  }

  /** The first whole line of standard output, past or future, that `wanted` takes; rejects when the process ends first. */
  line(wanted: (line: string) => boolean): Promise<string> {
    const seen = this.out.split('\n').slice(0, -1).find(wanted)
    if (seen !== undefined) return Promise.resolve(seen)
    return new Promise((done, failed) => {
      const watcher = (line: string): void => {
        if (!wanted(line)) return
        this.watchers.delete(watcher)
        done(line)
      }
      this.watchers.add(watcher)
      this.ended.then(
        ({ code, signal, stderr }) =>
          failed(new Error(`process ended (${signal ?? code}) before the line came: ${stderr}`)),
        failed,
      )
    })
  }

  /** SIGTERM, then SIGKILL when the deadline passes: such a stop shows as `signal` in the result. */
  async stop(deadlineMs = STOP_DEADLINE_MS): Promise<Ended> {
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.signal('SIGKILL'), deadlineMs)
    try {
      return await this.ended
    } finally {
      clearTimeout(timer)
    }
  }

  /** SIGKILL, to the whole group of a detached process; resolves when the system has reaped it. */
  kill(): Promise<Ended> {
    this.killNow()
    return this.ended
  }

  killNow(): void {
    if (!this.leads) {
      this.signal('SIGKILL')
      return
    }
    try {
      process.kill(-this.pid, 'SIGKILL')
    } catch {
      // The group is gone.
    }
  }

  private take(chunk: string): void {
    const before = this.out.lastIndexOf('\n') + 1
    this.out += chunk
    const lines = this.out.slice(before).split('\n').slice(0, -1)
    for (const line of lines) for (const watcher of [...this.watchers]) watcher(line)
  }
}

function killAll(): void {
  for (const child of running) child.killNow()
}

/** Kills and reaps whatever still runs; for `afterEach` and `afterAll`. */
export async function killAllProcesses(): Promise<void> {
  await Promise.allSettled([...running].map(child => child.kill()))
}
