import { type FileHandle, open } from 'node:fs/promises'
import { fromHex } from '@raistone/primitives'
import { failure } from './cli-error.js'

/** A block as it lies in a file. */
export interface FileBlock {
  readonly raw: Uint8Array
  /** Of its first byte, behind magic and length. */
  readonly offset: number
  /** Of the byte behind it. */
  readonly end: number
}

/** Bytes before each block: the chain's magic and a length. */
const FRAME = 8
/** Longest block that is looked at: the consensus limit on weight is the limit on bytes too. */
const MOST_BLOCK = 4_000_000

async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

/** Core allots its files in large pieces: zeros behind the last block are no damage. */
async function onlyZeros(file: FileHandle, offset: number): Promise<boolean> {
  for (let at = offset; ; ) {
    const bytes = await readAt(file, at, 1 << 20)
    if (bytes.some(byte => byte !== 0)) return false
    if (bytes.length < 1 << 20) return true
    at += bytes.length
  }
}

/** The blocks of a file of Core's format (blk*.dat, bootstrap.dat), in the order they lie there. Throws a CliError with the offset. */
export async function* readBlocks(path: string, magicHex: string): AsyncGenerator<FileBlock> {
  const magic = fromHex(magicHex)
  const file = await open(path, 'r').catch(error => {
    throw failure(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  })
  try {
    for (let at = 0; ; ) {
      const frame = await readAt(file, at, FRAME)
      if (frame.length === 0) return
      if (frame.length < FRAME || !magic.every((byte, i) => frame[i] === byte)) {
        if (await onlyZeros(file, at)) return
        throw failure(`${path}: no block of this chain at offset ${at}`)
      }
      const length = new DataView(frame.buffer, frame.byteOffset).getUint32(4, true)
      const offset = at + FRAME
      if (length > MOST_BLOCK) throw failure(`${path}: block at offset ${offset} claims ${length} bytes`)
      const raw = await readAt(file, offset, length)
      if (raw.length < length)
        throw failure(`${path}: decode error: block at offset ${offset} is cut short, ${raw.length} of ${length} bytes`)
      at = offset + length
      yield { raw, offset, end: at }
    }
  } finally {
    await file.close()
  }
}
