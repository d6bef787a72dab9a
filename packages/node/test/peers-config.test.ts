import { describe, expect, test } from '@jest/globals'
import { configFromWords } from '../src/config/from-words.js'
import { startNode } from '../src/node.js'

describe('peers in the configuration', () => {
  test.each([
    [[], 1],
    [['--connect=127.0.0.1:1'], 0],
    [['--connect=0'], 0],
    [['--connect=127.0.0.1:1', '--listen=1'], 1],
    [['--connect=127.0.0.1:1', '--bind=127.0.0.1'], 1],
    [['--addnode=127.0.0.1:1'], 1],
    [['--listen=0'], 0],
  ])('%j listens on %d addresses, as Core would', (words, count) => {
    expect(configFromWords(['--chain=regtest', '--datadir=/nowhere', ...words]).network.bind).toHaveLength(count)
  })

  test.each(['addnode', 'connect'])('a wrong --%s is one line, before the data directory is touched', async option => {
    const config = configFromWords(['--chain=regtest', '--datadir=/dev/null/nowhere', `--${option}=two words`])
    await expect(startNode(config)).rejects.toMatchObject({
      name: 'CliError',
      code: 2,
      message: `--${option} two words: not HOST, HOST:PORT or a TCP multiaddr`,
    })
  })
})
