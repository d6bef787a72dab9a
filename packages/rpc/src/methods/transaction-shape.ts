import { amount, array, boolean, hex, number, object, optional, type Shape, string } from './shape.js'

/** An output's script, decoded. */
export const scriptPubKey: Shape = object({
  asm: string('The script in words'),
  desc: optional(string('Output descriptor')),
  hex: hex(),
  address: optional(string('If the script has one')),
  type: string('The kind of script'),
})

/** A decoded transaction; `first` and `more` come before and after its own members. */
export const decodedTransaction = (
  more: Readonly<Record<string, Shape>> = {},
  first: Readonly<Record<string, Shape>> = {},
): Shape =>
  object({
    ...first,
    txid: hex(),
    hash: hex('Hash with witnesses'),
    version: number(),
    size: number('Bytes'),
    vsize: number('Virtual bytes'),
    weight: number('BIP-0141 weight'),
    locktime: number(),
    vin: array(
      object({
        coinbase: optional(hex('Script of a coinbase')),
        txid: optional(hex()),
        vout: optional(number()),
        scriptSig: optional(object({ asm: string(), hex: hex() })),
        txinwitness: optional(array(hex())),
        prevout: optional(object({ generated: boolean(), height: number(), value: amount(), scriptPubKey })),
        sequence: number(),
      }),
    ),
    vout: array(object({ value: amount('Coins'), n: number('Index'), scriptPubKey })),
    ...more,
  })
