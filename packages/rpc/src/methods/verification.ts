import { method } from './method.js'
import { boolean } from './shape.js'

export const verifychain = method('verifychain', {
  category: 'Blockchain',
  about:
    'Verifies the last blocks again. false if something is wrong, or if less could be verified than was asked for.',
  params: [
    {
      name: 'checklevel',
      type: 'number',
      optional: true,
      default: 3,
      about:
        'How thoroughly, each including those before: 0 blocks can be read, 1 they are valid by themselves, 2 what they spent can be read, 3 taking them back fits the coins, 4 they can be connected again',
    },
    { name: 'nblocks', type: 'number', optional: true, default: 6, about: 'How many blocks; 0 is all' },
  ],
  result: [{ shape: boolean('Whether everything asked for was verified and is right') }],
  examples: ['', '4 100'],
})

export const verificationMethods = [verifychain] as const
