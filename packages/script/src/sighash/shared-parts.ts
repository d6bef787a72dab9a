import { hash256, sha256, type TransactionBody, type TxOut, txOut, Writer } from '@raistone/primitives'
import { Message } from './message.js'

/** For what is only hashed; one message is hashed before the next one begins. */
const message = new Message()

/** Bytes of an outpoint: transaction id and index. */
export const OUTPOINT_SIZE = 36
/** Bytes of an input whose script is empty: outpoint, length, sequence. */
export const BLANK_INPUT_SIZE = 41

/** The output as it stands in a transaction. */
export function encodeOutput(output: TxOut): Uint8Array {
  const writer = new Writer(txOut.size(output))
  txOut.write(writer, output)
  return writer.bytes
}

/**
 * The parts of signature messages that all inputs of a transaction share. Each is made when first asked for and
 * then kept: without this, hashing grows with the square of the number of inputs (the cost BIP-0143 removed).
 */
export class SharedParts {
  constructor(
    private readonly tx: TransactionBody,
    private readonly spent: readonly TxOut[],
  ) {}

  private lazyPrevouts: Uint8Array | undefined
  private lazyPrevoutsHash: Uint8Array | undefined
  private lazyPrevoutsHash256: Uint8Array | undefined
  private lazySequencesHash: Uint8Array | undefined
  private lazySequencesHash256: Uint8Array | undefined
  private lazyOutputs: Uint8Array | undefined
  private lazyOutputsHash: Uint8Array | undefined
  private lazyOutputsHash256: Uint8Array | undefined
  private lazyAmountsHash: Uint8Array | undefined
  private lazyScriptsHash: Uint8Array | undefined
  private outputHashes: (Uint8Array | undefined)[] | undefined
  private blanks: Uint8Array | undefined
  private blanksOfZeros: Uint8Array | undefined

  /** All outpoints, 36 bytes each. */
  get prevouts(): Uint8Array {
    return (this.lazyPrevouts ??= this.encodePrevouts())
  }

  /** All outputs as they stand in the transaction, without their count. */
  get outputs(): Uint8Array {
    return (this.lazyOutputs ??= this.allOutputs().slice())
  }

  get prevoutsHash(): Uint8Array {
    return (this.lazyPrevoutsHash ??= sha256(this.prevouts))
  }

  /** Of all sequences, four bytes each. */
  get sequencesHash(): Uint8Array {
    return (this.lazySequencesHash ??= sha256(this.sequences()))
  }

  get outputsHash(): Uint8Array {
    return (this.lazyOutputsHash ??= sha256(this.allOutputs()))
  }

  /** BIP-0143 hashes twice what BIP-0341 hashes once. */
  get prevoutsHash256(): Uint8Array {
    return (this.lazyPrevoutsHash256 ??= hash256(this.prevouts))
  }

  get sequencesHash256(): Uint8Array {
    return (this.lazySequencesHash256 ??= hash256(this.sequences()))
  }

  get outputsHash256(): Uint8Array {
    return (this.lazyOutputsHash256 ??= hash256(this.allOutputs()))
  }

  /** Hash of one output, as SINGLE signs it. Kept, as a script may ask for that of a large output thousands of times. */
  outputHash(index: number): Uint8Array | undefined {
    const output = this.tx.outputs[index]
    if (!output) return undefined
    this.outputHashes ??= []
    return (this.outputHashes[index] ??= sha256(encodeOutput(output)))
  }

  /** BIP-0341: values of the outputs spent. */
  get amountsHash(): Uint8Array {
    return (this.lazyAmountsHash ??= sha256(this.amounts()))
  }

  /** BIP-0341: scripts of the outputs spent, each with its length. */
  get scriptsHash(): Uint8Array {
    return (this.lazyScriptsHash ??= sha256(this.scripts()))
  }

  /** All inputs with empty scripts, 41 bytes each; sequences are their own, or zero as NONE and SINGLE see the others. */
  blankInputs(zeroSequences: boolean): Uint8Array {
    if (zeroSequences) return (this.blanksOfZeros ??= this.encodeBlankInputs(true))
    return (this.blanks ??= this.encodeBlankInputs(false))
  }

  private sequences(): Uint8Array {
    message.begin()
    for (const { sequence } of this.tx.inputs) message.u32(sequence)
    return message.take()
  }

  private allOutputs(): Uint8Array {
    message.begin()
    for (const { value, script } of this.tx.outputs) {
      message.i64(value)
      message.varBytes(script)
    }
    return message.take()
  }

  private amounts(): Uint8Array {
    message.begin()
    for (const { value } of this.spent) message.i64(value)
    return message.take()
  }

  private scripts(): Uint8Array {
    message.begin()
    for (const { script } of this.spent) message.varBytes(script)
    return message.take()
  }

  private encodePrevouts(): Uint8Array {
    const writer = new Writer(this.tx.inputs.length * OUTPOINT_SIZE)
    for (const { prevout } of this.tx.inputs) {
      writer.id(prevout.txid)
      writer.u32(prevout.vout)
    }
    return writer.bytes
  }

  private encodeBlankInputs(zeroSequences: boolean): Uint8Array {
    const { inputs } = this.tx
    const writer = new Writer(inputs.length * BLANK_INPUT_SIZE)
    inputs.forEach(({ sequence }, i) => {
      writer.raw(this.prevouts.subarray(i * OUTPOINT_SIZE, (i + 1) * OUTPOINT_SIZE))
      writer.u8(0)
      writer.u32(zeroSequences ? 0 : sequence)
    })
    return writer.bytes
  }
}
