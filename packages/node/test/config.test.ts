import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import { commandHelp } from '../src/cli/help.js'
import { optionTable } from '../src/config/option-table.js'
import { CliError, configFromWords, configure, parseWords } from '../src/index.js'

afterAll(removeTempDirs)

/** A data directory with a configuration file. */
function directoryWith(conf: string, name = 'raistone.conf'): string {
  const folder = mkdtempSync(join(tempDir(), 'data-'))
  writeFileSync(join(folder, name), conf)
  return folder
}

const config = (words: readonly string[], env: Record<string, string> = {}, conf = '') =>
  configFromWords([`-datadir=${directoryWith(conf)}`, ...words], env)

function refusal(run: () => unknown): { code: number; message: string } {
  try {
    run()
  } catch (error) {
    if (error instanceof CliError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('nothing was refused')
}

describe('Core’s spellings', () => {
  test.each([
    [['--rpcport', '5']],
    [['--rpcport=5']],
    [['-rpcport=5']],
    [['-rpcport', '5']],
    [['-rpcport=4', '-rpcport=5']],
  ])('%j', words => expect(config(words).rpc.bind).toEqual([{ host: '127.0.0.1', port: 5 }]))

  test.each([
    [['-listen=0'], 0],
    [['-nolisten'], 0],
    [['--no-listen'], 0],
    [['-listen=0', '-listen'], 1],
    [['-nolisten=0'], 1],
    [['-bind=10.0.0.1:5', '-bind=[::1]:6'], 2],
    [['-bind=10.0.0.1:5', '-nobind'], 1],
  ])('%j listens on %i', (words, count) => expect(config(words).network.bind).toHaveLength(count))

  test('operands of rpc stay as they are, a lone dash is no option, help is asked for in any way', () => {
    expect(parseWords(['-regtest', 'getblockhash', '-1', '--x'], 'rpc', true).operands).toEqual([
      'getblockhash',
      '-1',
      '--x',
    ])
    expect(parseWords(['-', '--', '-x'], 'wallet').operands).toEqual(['-', '-x'])
    for (const word of ['-h', '-?', '-help', '--help']) expect(parseWords([word], 'node').help).toBe('short')
    expect(parseWords(['--help-all'], 'node').help).toBe('all')
  })
})

describe('indexes', () => {
  const chosen = (...words: string[]) => config(words).indexes
  const none = { transactions: false, filters: false, filtersAsked: false }

  test('filters are kept on our own chains, on regtest as Core none, and anywhere if asked for', () => {
    expect(chosen('-regtest')).toEqual(none)
    expect(chosen()).toEqual({ ...none, filters: true })
    expect(chosen('-chain=raistone')).toEqual({ ...none, filters: true })
    for (const word of ['-blockfilterindex', '-blockfilterindex=1', '--blockfilterindex=basic'])
      expect(chosen('-regtest', word)).toEqual({ ...none, filters: true, filtersAsked: true })
    for (const word of ['-blockfilterindex=0', '-noblockfilterindex']) expect(chosen(word)).toEqual(none)
    expect(config([], {}, 'blockfilterindex=0').indexes).toEqual(none)
    expect(refusal(() => chosen('-blockfilterindex=extended'))).toEqual({
      code: 2,
      message: expect.stringContaining('blockfilterindex'),
    })
  })

  test('an index of transactions needs all blocks', () => {
    expect(chosen('-regtest', '-txindex')).toEqual({ ...none, transactions: true })
    expect(refusal(() => chosen('-txindex', '-prune=1'))).toEqual({
      code: 2,
      message: 'Prune mode is incompatible with -txindex.',
    })
    expect(chosen('-txindex', '-prune=0').transactions).toBe(true)
  })
})

describe('what wins', () => {
  test('flags over variables over the file, a section over what stands above it', () => {
    const conf = 'rpcport=1\n[regtest]\nrpcport=2\n[devnet]\nrpcport=9\n'
    const port = (words: string[], env: Record<string, string>): number | undefined =>
      config(['-regtest', ...words], env, conf).rpc.bind[0]?.port
    expect(port([], {})).toBe(2)
    expect(port([], { RAISTONE_RPCPORT: '3' })).toBe(3)
    expect(port(['-rpcport=4'], { RAISTONE_RPCPORT: '3' })).toBe(4)
  })

  test.each<[string, string[], Record<string, string>, string]>([
    ['devnet', [], {}, ''],
    ['regtest', ['-regtest'], {}, ''],
    ['regtest', [], { RAISTONE_CHAIN: 'regtest' }, 'chain=devnet'],
    ['regtest', ['-regtest'], { RAISTONE_CHAIN: 'devnet' }, 'chain=raistone'],
    ['devnet', ['-chain=devnet'], { RAISTONE_REGTEST: '1' }, 'regtest=1'],
    ['regtest', [], {}, 'regtest=1'],
    ['devnet', ['-noregtest'], {}, ''],
  ])('the chain is %s for %j %j %j', (name, words, env, conf) => {
    expect(config(words, env, conf).params.name).toBe(name)
  })

  test('the file is read as bitcoin.conf is', () => {
    const conf =
      '# a comment\nregtest=1\nserver=0 # off\r\nserver=1\nregtest.uacomment=a\n[regtest]\nuacomment=b\nnew=1\n'
    const folder = directoryWith(conf, 'bitcoin.conf')
    const { settings, unknown, params } = configure(new Map([['datadir', [folder]]]), {})
    expect([params.name, settings.flag('server'), settings.list('uacomment')]).toEqual(['regtest', false, ['a', 'b']])
    expect(unknown).toEqual(['new'])
  })
})

describe('wrong usage is one line', () => {
  test.each([
    [['-regtest', '-chain=devnet'], 2, '--regtest and --chain devnet are two chains'],
    [['-prot=1'], 2, 'unknown option --prot of raistone node'],
    [['-rpcpasword=hunter2'], 2, 'unknown option --rpcpasword'],
    [['-port=65536'], 2, '--port must be a whole number from 0 to 65535, not "65536"'],
    [['-port=1.5'], 2, '--port must be a whole number'],
    [['-bind=foo'], 2, '--bind foo: not IP or IP:PORT'],
    [['-bind=1.2.3.4:99999'], 2, '--bind 1.2.3.4:99999: not IP or IP:PORT'],
    [['-rpcbind=localhost'], 2, '--rpcbind localhost: not IP or IP:PORT'],
    [['-assumevalid=abc'], 2, '--assumevalid abc: not a block hash'],
    [['-prune=1', '-reindex-chainstate'], 2, 'Prune mode is incompatible with --reindex-chainstate.'],
    [['-checklevel=5'], 2, '--checklevel must be a whole number from 0 to 4'],
    [['--port'], 2, '--port needs a value: N'],
    [['-conf=none.conf'], 1, 'none.conf does not exist'],
  ])('%j', (words, code, message) => {
    const found = refusal(() => config(words))
    expect(found).toEqual({ code, message: expect.stringContaining(message) })
    expect(found.message).not.toMatch(/hunter2|\n/)
  })

  test.each([
    ['rpcpassword hunter2', 'line 2: not name=value'],
    ['rpcpassword=hunter#2', 'line 2: a # begins a comment; choose an rpcpassword without it'],
  ])('%s in the file', (line, message) => {
    const found = refusal(() => config([], {}, `server=1\n${line}\n`))
    expect(found).toEqual({ code: 1, message: expect.stringContaining(message) })
    expect(found.message).not.toContain('hunter')
  })
})

test('what is verified at start and what is made again', () => {
  const { verify, remake, mostHeight } = config([])
  expect({ verify, remake, mostHeight }).toEqual({
    verify: { level: 3, blocks: 6 },
    remake: undefined,
    mostHeight: Number.POSITIVE_INFINITY,
  })
  expect(config(['-checkblocks=0', '-checklevel=4']).verify).toEqual({ level: 4, blocks: 0 })
  expect(config(['-reindex-chainstate']).remake).toBe('coins')
  expect(config(['-reindex', '-prune=1']).remake).toBe('everything')
  expect(config(['-reindex-chainstate', '-reindex']).remake).toBe('everything')
  expect(config(['-noreindex', '-stopatheight=7'])).toMatchObject({ remake: undefined, mostHeight: 7 })
})

test('a password may come from the environment, a cookie file lies in the chain’s directory', () => {
  const { rpc, directory } = config(['-rpccookiefile=mine'], { RAISTONE_RPC_PASSWORD: 'a b' })
  expect(rpc).toMatchObject({ user: '', password: 'a b', cookieFile: join(directory, 'mine') })
  expect(config(['-rpccookiefile=/x/y']).rpc.cookieFile).toBe('/x/y')
})

test.each(['node', 'import', 'rpc', 'wallet'] as const)(
  '--help of %s lists its options, --help-all all of them',
  name => {
    const listed = (all: boolean): string[] =>
      [...commandHelp(name, all).matchAll(/^ {2}--([a-z-]+)/gm)].map(([, option]) => option as string)
    const own = optionTable.filter(option => option.of.includes(name))
    expect(listed(true)).toEqual(own.map(option => option.name))
    const common = own.filter(option => !option.rare).map(option => option.name)
    expect(listed(false)).toEqual([...common, 'help-all'])
  },
)
