import { method } from './method.js'
import { array, boolean, hex, number, object, optional, string } from './shape.js'

export const validateaddress = method('validateaddress', {
  category: 'Util',
  about: 'Says whether an address is one of this chain, and what it stands for.',
  params: [{ name: 'address', type: 'string', about: 'The address' }],
  result: [
    {
      shape: object({
        isvalid: boolean(),
        address: optional(string()),
        scriptPubKey: optional(hex('The script an output to it has')),
        isscript: optional(boolean('Whether it is the hash of a script')),
        iswitness: optional(boolean()),
        witness_version: optional(number()),
        witness_program: optional(hex()),
        error_locations: optional(array(number('Position of a likely typing error'))),
        error: optional(string()),
      }),
    },
  ],
  examples: ['"bcrt1q..."'],
})

export const addressMethods = [validateaddress] as const
