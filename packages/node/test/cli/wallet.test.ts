import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import { type Outcome, type Person, run } from './fake-io.js'

afterAll(removeTempDirs)

const SECRET = 'correct horse'
const given = { RAISTONE_WALLET_PASSPHRASE: SECRET }
const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

let datadir = tempDir()

// Sealing costs what it must: one wallet serves all tests that need one.
let made: Outcome
beforeAll(async () => {
  made = await wallet(['create'], { env: given })
})

// No node listens at port 1 of this machine.
const wallet = (words: readonly string[], person: Person = {}, chain = 'regtest') =>
  run(['wallet', ...words, `--chain=${chain}`, `--datadir=${datadir}`, '--rpc=http://u:p@127.0.0.1:1/'], person)

const file = (name: string, text: string): string => {
  const path = join(datadir, name)
  writeFileSync(path, text)
  return path
}

const walletFile = (name = 'default'): string => join(datadir, 'regtest', 'wallets', name, 'wallet.json')

describe('create', () => {
  test('prints the words and nothing else, for its owner only', () => {
    expect(made.code).toBe(0)
    expect(made.out).toMatch(/^([a-z]+ ){11}[a-z]+$/)
    expect(made.err).not.toContain(made.out)
    expect(made.err).not.toContain(SECRET)
    expect(statSync(walletFile()).mode & 0o777).toBe(0o600)
    expect(statSync(join(walletFile(), '..')).mode & 0o777).toBe(0o700)
    const text = readFileSync(walletFile(), 'utf8')
    for (const hidden of [SECRET, made.out]) expect(text).not.toContain(hidden)
  })

  test('twice leaves the first one alone', async () => {
    const before = readFileSync(walletFile(), 'utf8')
    const again = await wallet(['create', '--json'], { env: given })
    expect(again).toMatchObject({ code: 1, out: '' })
    expect(JSON.parse(again.err)).toEqual({ error: { code: 1, message: expect.stringContaining('already there') } })
    expect(await wallet(['restore'], { env: given, answers: [WORDS] })).toMatchObject({ code: 1, out: '' })
    expect(readFileSync(walletFile(), 'utf8')).toBe(before)
  })

  test('asks for the passphrase twice', async () => {
    const other = await wallet(['create', '--wallet=typo'], { answers: [SECRET, 'wrong battery'] })
    expect(other).toMatchObject({ code: 1, out: '', asked: ['Passphrase: ', 'The same again: '] })
    expect(other.err).not.toMatch(/horse|battery/)
    expect((await wallet(['list'])).out.split('\n')).not.toContain('typo')
  })

  test('needs one where coins are worth something; elsewhere it says that there is none', async () => {
    const refused = await wallet(['create'], {}, 'raistone')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain('--passphrase-file FILE or RAISTONE_WALLET_PASSPHRASE')
    const empty = await wallet(['create'], { env: { RAISTONE_WALLET_PASSPHRASE: '' } }, 'raistone')
    expect(empty).toMatchObject({ code: 2, out: '' })
    const open = await wallet(['create', '--wallet=w', '--json'], {}, 'devnet')
    expect(open).toMatchObject({ code: 0, err: expect.stringContaining('no passphrase') })
    expect(JSON.parse(open.out)).toEqual({ name: 'w', words: expect.stringMatching(/^([a-z]+ ){11}[a-z]+$/) })
  })
})

describe('restore', () => {
  const addressOf = async (name: string): Promise<string> => (await wallet(['address', `--wallet=${name}`])).out

  test('takes the words from a file or from standard input', async () => {
    const words = file('words', `${WORDS.toUpperCase().replaceAll(' ', '\n')}\n`)
    const passphrase = file('passphrase', `${SECRET}\r\nsecond line`)
    const a = await wallet(['restore', '--wallet=a', `--words-file=${words}`, `--passphrase-file=${passphrase}`])
    const b = await wallet(['restore', '--wallet=b', '--words-file=-', '--json'], { input: `${WORDS}\n`, env: given })
    expect([a.code, b.code, JSON.parse(b.out)]).toEqual([0, 0, { name: 'b' }])
    for (const { out, err } of [a, b]) for (const word of WORDS.split(' ')) expect(out + err).not.toContain(word)
    expect(await addressOf('a')).toBe(await addressOf('b'))
    expect((await wallet(['list'])).out.split('\n')).toEqual(['a', 'b', 'default'])
    expect(JSON.parse((await wallet(['list', '--json'])).out)).toEqual(['a', 'b', 'default'])
  })

  test('refuses words that cannot be before it asks for anything else', async () => {
    const wrong = await wallet(['restore', '--wallet=c'], { answers: [WORDS.replace('yellow', 'year')] })
    expect(wrong).toMatchObject({ code: 1, out: '', asked: ['The words: '] })
    expect(wrong.err).toBe(
      'raistone: the checksum in the last word does not fit: one of the words is wrong, or their order',
    )
    const unknown = await wallet(['restore', '--wallet=c', '--words-file=-'], {
      input: WORDS.replace('wave', 'waves'),
      env: given,
    })
    expect(unknown).toMatchObject({ code: 1, out: '', err: 'raistone: word 5 is not in the list of BIP-0039' })
    expect((await wallet(['list'])).out.split('\n')).not.toContain('c')
  })

  test('does not take two secrets from one standard input', async () => {
    const both = await wallet(['restore', '--wallet=c', '--words-file=-', '--passphrase-file=-'], { input: WORDS })
    expect(both).toMatchObject({ code: 2, out: '' })
    expect((await wallet(['list'])).out.split('\n')).not.toContain('c')
  })

  test('without a terminal says which option to give', async () => {
    const words = await wallet(['restore'], { env: given })
    expect(words).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--words-file FILE') })
    const missing = await wallet(['restore', '--words-file=/nowhere/words'], { env: given })
    expect(missing).toMatchObject({ code: 1, out: '', err: expect.stringContaining('cannot read /nowhere/words') })
  })
})

describe('address', () => {
  test('is another one each time, of the kind asked for', async () => {
    const first = await wallet(['address'])
    const second = await wallet(['address', '--json'])
    const segwit = await wallet(['address', '--type=wpkh'])
    expect(first.out).toMatch(/^bcrt1p[a-z0-9]{58}$/)
    expect(JSON.parse(second.out).address).not.toBe(first.out)
    expect(segwit.out).toMatch(/^bcrt1q[a-z0-9]{38}$/)
    expect(await wallet(['address', '--type=pkh'])).toMatchObject({ code: 2, out: '' })
  })
})

describe('what cannot be', () => {
  test('is refused before anything is opened', async () => {
    const none = await wallet(['balance', '--wallet=none'])
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('no wallet none') })
    const address = (await wallet(['address'])).out
    const amounts: [string, string][] = [
      ['0', 'the amount is zero'],
      ['0.00000000', 'the amount is zero'],
      ['0.123456789', '9 decimals'],
      ...['-1', '1e3', '1,5', '1.', '.5', '+1', '0x1', '１', 'all', ''].map((text): [string, string] => [
        text,
        `amount ${text} is not a number of coins`,
      ]),
    ]
    for (const [amount, message] of amounts) {
      const sent = await wallet(['send', address, amount, '--yes'], { env: given })
      expect(sent).toMatchObject({ code: 2, out: '' })
      expect(sent.err).toContain(message)
      expect(sent.err.split('\n')).toHaveLength(1)
    }
    for (const rate of ['0', '-1', '1,5', '1.0001', 'fast'])
      expect(await wallet(['send', address, '1', '--yes', `--fee-rate=${rate}`], { env: given })).toMatchObject({
        code: 2,
        out: '',
      })
    for (const words of [[], ['burn'], ['send'], ['send', address], ['send', address, '1', '2'], ['balance', 'x']])
      expect(await wallet(words, { env: given })).toMatchObject({ code: 2, out: '' })
  })

  test('a name that is none, and files that cannot be', async () => {
    const whole = datadir
    expect(await wallet(['create', '--wallet=../up'], { env: given })).toMatchObject({ code: 1, out: '' })
    datadir = tempDir()
    file('regtest', '')
    const blocked = await wallet(['create'], { env: given })
    datadir = whole
    expect(blocked).toMatchObject({ code: 1, out: '' })
    expect(blocked.err).toMatch(/^raistone: wallet default cannot be read or written: /)
  })

  test('a node that does not answer', async () => {
    for (const words of [['balance'], ['history'], ['send', (await wallet(['address'])).out, '1', '--yes']]) {
      const asked = await wallet([...words, '--json'], { env: given })
      expect(asked).toMatchObject({ code: 3, out: '' })
      expect(JSON.parse(asked.err)).toEqual({ error: { code: 3, message: expect.stringContaining('no node answers') } })
    }
  })
})
