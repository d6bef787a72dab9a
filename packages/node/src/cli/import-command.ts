import { statSync } from 'node:fs'
import type { Chain } from '@raistone/consensus'
import { DecodeError, decodeHeader, HEADER_SIZE, hashHeader } from '@raistone/primitives'
import { type NodeConfig, nodeConfig } from '../config/node-config.js'
import { parseWords } from '../config/parse-words.js'
import { configure } from '../config/settings.js'
import { DirectoryLock, dataDirectory, writeFailure } from '../data-directory.js'
import { ledgerFailure, openLedger } from '../ledger.js'
import { barOutput } from '../progress/bar.js'
import { lineOutput } from '../progress/lines.js'
import { Phases } from '../progress/phases.js'
import { Progress } from '../progress/progress.js'
import { type FileBlock, readBlocks } from './block-file.js'
import { exitCode, failure, usageError } from './cli-error.js'
import { commandHelp } from './help.js'
import { hasColour, type Io } from './io.js'

/** Blocks handed over before the first of them has been answered: enough to keep all threads at work. */
const MOST_WAITING = 64

interface Taken {
  blocks: number
  transactions: number
}

const hashOf = (raw: Uint8Array): string =>
  raw.length < HEADER_SIZE ? 'too short for a header' : hashHeader(decodeHeader(raw.subarray(0, HEADER_SIZE)))

async function take(chain: Chain, file: string, { raw, offset }: FileBlock, taken: Taken): Promise<void> {
  const result = await chain.submitBlock(raw).catch(error => {
    if (!(error instanceof DecodeError)) throw error
    throw failure(`${file}: decode error: ${error.what} at offset ${offset + error.offset}`)
  })
  if (result.reject) {
    const { rule, detail } = result.reject
    throw failure(
      `${file}: block ${hashOf(raw)} at offset ${offset} is refused: ${rule}${detail ? ` (${detail})` : ''}`,
    )
  }
  taken.blocks++
  taken.transactions += result.entry.txCount
}

/** Submits the blocks in order, some ahead; the first that is refused ends it, and so does the height to stop at. */
async function takeAll(
  chain: Chain,
  file: string,
  { params: { magic }, mostHeight }: Pick<NodeConfig, 'params' | 'mostHeight'>,
  told: (at: FileBlock, taken: Taken) => void,
): Promise<Taken> {
  const taken: Taken = { blocks: 0, transactions: 0 }
  const waiting: Promise<void>[] = []
  let refused: unknown
  const note = (error: unknown): void => {
    refused ??= error
  }
  try {
    for await (const block of readBlocks(file, magic)) {
      waiting.push(take(chain, file, block, taken).catch(note))
      if (waiting.length >= MOST_WAITING) await waiting.shift()
      if (refused !== undefined || chain.tip.height >= mostHeight) break
      told(block, taken)
    }
  } catch (error) {
    // What came before the damage is judged first: it may be what is wrong.
    await Promise.all(waiting)
    note(error)
  }
  await Promise.all(waiting)
  if (refused !== undefined) throw refused
  return taken
}

/** `raistone import FILE`: takes blocks in from a file, with every rule and signature checked. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const { options, operands, help } = parseWords(words, 'import')
  if (help !== 'no') {
    io.out(commandHelp('import', help === 'all'))
    return exitCode.ok
  }
  const [file, ...more] = operands
  if (file === undefined || more.length > 0) throw usageError('raistone import takes one FILE')
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) throw failure(`cannot read ${file}: no such file`)
  const configured = configure(options, io.env)
  const config = nodeConfig(configured)
  const directory = dataDirectory(config.directory)
  const lock = DirectoryLock.take(directory, 'raistone import', config.params)
  const clock = { nowMs: () => Date.now() }
  const startedMs = clock.nowMs()
  const output = io.status ? barOutput(io.status, hasColour(io)) : lineOutput(line => io.note(line))
  const phases = new Phases(what => new Progress(what, output, clock))
  try {
    const trusted = configured.settings.text('assumevalid')
    const ledger = await openLedger(directory, clock, {
      params: config.params,
      scriptThreads: config.scriptThreads,
      cacheBytes: config.cacheBytes,
      assumeValid: trusted === undefined ? undefined : config.assumeValid,
      prune: config.prune,
      remake: undefined,
      mostHeight: config.mostHeight,
      verify: config.verify,
      progress: told => phases.tell(told),
    })
    phases.end()
    const { chain } = ledger
    const progress = new Progress('import', output, clock)
    try {
      const taken = await takeAll(chain, file, config, ({ end }, taken) =>
        progress.report(() => ({ ...taken, height: chain.tip.height, share: end / size })),
      )
      progress.end()
      const { height, hash } = chain.tip
      const facts = {
        height,
        tip: hash,
        ...taken,
        signatures: chain.signaturesChecked,
        seconds: (clock.nowMs() - startedMs) / 1000,
      }
      if (configured.settings.flag('json')) io.out(JSON.stringify(facts))
      else
        io.out(
          [
            `height                  ${facts.height}`,
            `tip                     ${facts.tip}`,
            `blocks in the file      ${facts.blocks}`,
            `transactions            ${facts.transactions}`,
            `signatures checked      ${facts.signatures}`,
            `seconds                 ${facts.seconds.toFixed(1)}`,
          ].join('\n'),
        )
      return exitCode.ok
    } finally {
      io.status?.keep()
      await ledger.close()
    }
  } catch (error) {
    io.status?.keep()
    throw writeFailure(directory, ledgerFailure(error, directory, config.params))
  } finally {
    lock.release()
  }
}
