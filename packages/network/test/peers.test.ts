import { describe, expect, test } from '@jest/globals'
import { hostOf, hostPort, peerIdOf, toMultiaddr } from '../src/peers/address.js'
import { BanList } from '../src/peers/ban-list.js'
import { Discipline } from '../src/peers/discipline.js'
import { Keeper, type KeeperOutput } from '../src/peers/keeper.js'
import { isPeerAddress } from '../src/peers/peer-address.js'
import { BAN_MS, type Misdeed, penalties } from '../src/peers/penalties.js'
import { isPrivateAddress } from '../src/peers/private-address.js'
import { TokenBucket } from '../src/peers/token-bucket.js'
import { memoryLog } from './support/node.js'

describe('addresses', () => {
  test.each([
    ['1.2.3.4', '/ip4/1.2.3.4/tcp/7333'],
    ['1.2.3.4:99', '/ip4/1.2.3.4/tcp/99'],
    ['localhost', '/dns/localhost/tcp/7333'],
    ['node.example.org:8', '/dns/node.example.org/tcp/8'],
    ['[::1]:8', '/ip6/::1/tcp/8'],
    ['::1', '/ip6/::1/tcp/7333'],
    ['/ip4/1.2.3.4/tcp/5/p2p/12D3KooX', '/ip4/1.2.3.4/tcp/5/p2p/12D3KooX'],
    ['1.2.3.4:0', undefined],
    ['1.2.3.4:65536', undefined],
    ['1.2.3.400', undefined],
    ['1.2.3', undefined],
    ['host:port', undefined],
    ['two words', undefined],
    ['', undefined],
  ])('%s', (text, multiaddr) => expect(toMultiaddr(text, 7333)).toBe(multiaddr))

  test.each([
    ['node.example.org', true],
    ['/dns4/node.example.org/tcp/1', true],
    ['/ip6/::1/tcp/1/p2p/12D3KooWAZB7nNogJqgdAmH6ghYcAUobKoaf4F9hPzLNxpYz74cv', true],
    ['/ip4/1.2.3.4/tcp/5/p2p/12D3KooX', false],
    ['/ip4/1.2.3.4/udp/5', false],
    ['/ip4/1.2.3/tcp/5', false],
    ['/nonsense', false],
    ['1.2.3.400', false],
  ])('can %s be meant as a peer: %s', (text, can) => expect(isPeerAddress(text)).toBe(can))

  test('shown as Core shows them', () => {
    expect(hostPort('/ip4/1.2.3.4/tcp/5')).toBe('1.2.3.4:5')
    expect(hostPort('/ip6/::1/tcp/5/p2p/x')).toBe('[::1]:5')
    expect([hostOf('/dns/a.b/tcp/1'), peerIdOf('/dns/a/tcp/1/p2p/x'), peerIdOf('/dns/a/tcp/1')]).toEqual([
      'a.b',
      'x',
      undefined,
    ])
  })

  test('private ranges', () => {
    const shared = ['127.0.0.1', '10.1.1.1', '172.16.0.1', '192.168.1.1', '169.254.0.1', '::1', 'fd00::1', 'fe80::1']
    const open = ['8.8.8.8', '172.32.0.1', '192.169.0.1', '2001:db8::1', '100.128.0.1']
    expect(shared.filter(isPrivateAddress)).toEqual(shared)
    expect(open.filter(isPrivateAddress)).toEqual([])
  })
})

describe('keeper', () => {
  const dials = (outputs: readonly KeeperOutput[]): string[] =>
    outputs.flatMap(each => (each.do === 'dial' ? [each.address] : []))
  const wake = (outputs: readonly KeeperOutput[]): number =>
    outputs.flatMap(each => (each.do === 'wake' ? [each.atMs] : []))[0] ?? -1

  const far = '/ip4/1.2.3.4/tcp/5'
  const near = ['/ip4/127.0.0.1/tcp/5', '/ip4/10.0.0.1/tcp/5', '/ip6/::1/tcp/5', '/dns/localhost/tcp/5']

  test.each([
    [far, [1, 2, 4, 8, 16, 30, 30]],
    ['/dns/example.org/tcp/5', [1, 2, 4, 8, 16, 30, 30]],
    ...near.map((address): [string, number[]] => [address, [1, 2, 4, 4, 4]]),
  ])('dials %s at once, then after so many seconds: %j', (address, expected) => {
    const keeper = new Keeper(() => 0)
    expect(dials(keeper.add(address, 0))).toEqual([address])
    let nowMs = 0
    const waits: number[] = []
    for (const _ of expected) {
      const atMs = wake(keeper.onFailed(address, nowMs))
      waits.push((atMs - nowMs) / 1000)
      nowMs = atMs
      expect(dials(keeper.onWake(nowMs - 1))).toEqual([])
      expect(dials(keeper.onWake(nowMs))).toEqual([address])
    }
    expect(waits).toEqual(expected)
  })

  test('a near peer that always parts again is left longer alone', () => {
    const keeper = new Keeper(() => 0)
    const [address] = near as [string]
    keeper.add(address, 0)
    const waits: number[] = []
    for (let nowMs = 0; waits.length < 6; ) {
      keeper.onConnected(address, 'stranger')
      const atMs = wake(keeper.onDisconnected('stranger', nowMs))
      waits.push((atMs - nowMs) / 1000)
      nowMs = atMs
      keeper.onWake(nowMs)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30])
  })

  test('jitter lengthens the wait by a quarter at most', () => {
    const keeper = new Keeper(() => 0.999)
    keeper.add('a', 0)
    expect(wake(keeper.onFailed('a', 0))).toBe(1250)
  })

  test('a lost connection is dialled again; one that proved useful starts over', () => {
    const keeper = new Keeper(() => 0)
    keeper.add('a', 0)
    keeper.onFailed('a', 0)
    keeper.onWake(1_000)
    keeper.onConnected('a', 'peer')
    expect([keeper.peerAt('a'), keeper.isNamed('peer')]).toEqual(['peer', true])
    keeper.onUseful('peer')
    expect(wake(keeper.onDisconnected('peer', 5_000))).toBe(6_000)
    expect(keeper.peerAt('a')).toBeUndefined()
  })

  test('paused it dials nobody; resumed, everybody at once', () => {
    const keeper = new Keeper(() => 0)
    keeper.add('a', 0)
    keeper.onFailed('a', 0)
    keeper.setActive(false, 100)
    expect(keeper.onWake(50_000)).toEqual([])
    expect(dials(keeper.setActive(true, 60_000))).toEqual(['a'])
  })

  test('a removed address is left alone', () => {
    const keeper = new Keeper(() => 0)
    keeper.add('a', 0)
    keeper.remove('a')
    expect(keeper.onFailed('a', 0)).toEqual([])
  })
})

describe('penalties', () => {
  test('policy and clocks cost nobody anything', () => {
    expect([penalties.policy, penalties.early]).toEqual([0, 0])
  })

  test.each<[Misdeed, number]>([
    ['consensus', 1],
    ['header', 1],
    ['mutated', 1],
    ['malformed', 2],
    ['bad-script', 5],
    ['stalled', 10],
  ])('%s bans after %d', (misdeed, times) => {
    const bans = new BanList()
    for (let i = 1; i < times; i++) expect(bans.punish('p', misdeed, 0)).toBe(false)
    expect(bans.punish('p', misdeed, 0)).toBe(true)
    expect([bans.isBanned('p', BAN_MS - 1), bans.isBanned('q', 0)]).toEqual([true, false])
    expect([bans.isBanned('p', BAN_MS), bans.score('p')]).toEqual([false, 0])
  })

  test('points fade, so that bad luck now and then never adds up to a ban', () => {
    const bans = new BanList()
    for (let hour = 0; hour < 50; hour++) expect(bans.punish('p', 'stalled', hour * 3_600_000)).toBe(false)
    expect(bans.score('p')).toBe(penalties.stalled)
  })

  test.each([
    [true, '/ip4/8.8.8.8/tcp/1', [false, false]],
    [false, '/ip4/8.8.8.8/tcp/1', [true, true]],
    [false, '/ip4/127.0.0.1/tcp/1', [true, false]],
  ])('named %s at %s', (named, address, banned) => {
    const drops: string[] = []
    const discipline = new Discipline(memoryLog(), {
      isNamed: () => named,
      addressOf: () => address,
      drop: peer => drops.push(peer),
    })
    discipline.punish('p', 'consensus', 'x')
    expect(drops).toEqual(['p'])
    const ip = hostOf(address)
    expect([discipline.isBanned('p', undefined), discipline.isBanned('other', ip)]).toEqual(banned)
  })
})

describe('rates', () => {
  test('a burst, then so many a second', () => {
    const bucket = new TokenBucket({ burst: 2, perSec: 10 }, 0)
    expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 100, 200])
    expect(bucket.take(10_000)).toBe(0)
  })

  test('whoever is asked to wait for more than 8 s is refused, and goes if it does not stop', () => {
    const drops: string[] = []
    const log = memoryLog()
    const discipline = new Discipline(log, {
      isNamed: () => false,
      addressOf: () => '',
      drop: peer => drops.push(peer),
    })
    const waits = Array.from({ length: 40 }, () => discipline.wait('p', 'headers', { burst: 1, perSec: 1 }))
    expect(waits[0]).toBe(0)
    expect(waits[8]).toBeGreaterThan(7_000)
    expect(waits.slice(9)).toEqual(new Array(31).fill(undefined))
    expect(drops.length).toBeGreaterThan(0)
    expect(discipline.isBanned('p', undefined)).toBe(true)
    expect(discipline.wait('other', 'headers', { burst: 1, perSec: 1 })).toBe(0)
  })

  test('what is refused does not count', () => {
    const bucket = new TokenBucket({ burst: 1, perSec: 1 }, 0)
    expect([bucket.tryTake(0), bucket.tryTake(500), bucket.tryTake(1_000)]).toEqual([true, false, true])
  })
})
