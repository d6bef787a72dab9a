import type { Log } from '@raistone/network'
import { barOutput } from './bar.js'
import { logEnd, logOutput } from './lines.js'
import { Progress, type StartProgress } from './progress.js'
import type { StatusLine } from './status-line.js'

/** A bar in the terminal's last line, and only its end in the log; without a terminal all is in the log. */
export function progressInNode(status: StatusLine | undefined, colour: boolean, log: Log): StartProgress {
  const output = status ? barOutput(status, colour, logEnd(log)) : logOutput(log)
  const clock = { nowMs: () => performance.now() }
  return what => new Progress(what, output, clock)
}
