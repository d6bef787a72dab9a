import { describe, expect, test } from '@jest/globals'
import type { BlockEntry, Reject } from '@raistone/consensus'
import { type Transaction, type Txid, ZERO_HASH } from '@raistone/primitives'
import { toCompactBlock } from '../src/messages/compact-block.js'
import { type BlockFacts, judgeBlock } from '../src/relay/block-verdict.js'
import { Orphans } from '../src/relay/orphans.js'
import { Outbox } from '../src/relay/outbox.js'
import { fillDraft, finishDraft, startDraft } from '../src/relay/rebuild.js'
import { RecentSet } from '../src/relay/recent-set.js'
import { fateOf, judgeBatch, type TxFate } from '../src/relay/tx-verdict.js'
import { genesisBlock, makeBlock } from './support/fake-chain.js'
import { makeTransaction } from './support/fake-mempool.js'

const entry = (over: Partial<BlockEntry> = {}): BlockEntry => ({ invalid: false, data: true, ...over }) as BlockEntry
const good: BlockFacts = {
  decoded: true,
  known: undefined,
  seen: false,
  parent: entry(),
  reject: undefined,
  work: 11n,
  tipWork: 10n,
  syncing: false,
}
const reject = (cause: Reject['cause']): Reject => ({ rule: 'x', cause })

describe('verdict on a block message', () => {
  test.each<[string, Partial<BlockFacts>, string, string | undefined]>([
    ['first variant, parent known, more work', {}, 'accept', 'rebuild'],
    ['header known by sync, block not', { known: entry({ data: false }) }, 'accept', 'rebuild'],
    ['undecodable', { decoded: false }, 'reject', undefined],
    ['undecodable while syncing', { decoded: false, syncing: true }, 'reject', undefined],
    ['no work, wrong bits, before the median time', { reject: reject('header') }, 'reject', undefined],
    ['too far in the future', { reject: reject('early') }, 'ignore', undefined],
    ['refused for another reason', { reject: reject('policy') }, 'ignore', undefined],
    ['parent unknown', { parent: undefined }, 'ignore', 'headers'],
    ['as much work as our tip', { work: 10n }, 'ignore', undefined],
    ['less work than our tip', { work: 9n }, 'ignore', undefined],
    ['parent invalid', { parent: entry({ invalid: true }) }, 'ignore', undefined],
    ['known to be invalid', { known: entry({ invalid: true }) }, 'ignore', undefined],
    ['we are syncing', { syncing: true }, 'ignore', 'headers'],
    ['another variant of a known block', { seen: true, known: entry() }, 'ignore', 'source'],
    ['a known block while syncing', { seen: true, syncing: true }, 'ignore', 'source'],
  ])('%s', (_name, facts, verdict, next) => {
    const judged = judgeBlock({ ...good, ...facts })
    expect([judged.verdict, judged.next]).toEqual([verdict, next])
  })
})

describe('verdict on a tx message', () => {
  test.each<[string, TxFate[], string]>([
    ['all new', ['new', 'new'], 'accept'],
    ['some new, the others known', ['known', 'new'], 'accept'],
    ['nothing new', ['known', 'known'], 'ignore'],
    ['a script fails', ['new', 'bad-script'], 'reject'],
    ['missing inputs', ['new', 'waiting'], 'ignore'],
    ['policy', ['new', 'refused'], 'ignore'],
  ])('%s', (_name, fates, verdict) => expect(judgeBatch(fates)).toBe(verdict))

  test.each<[string, Reject | undefined, TxFate]>([
    ['taken', undefined, 'new'],
    ['in the mempool', { rule: 'txn-already-in-mempool', cause: 'policy' }, 'known'],
    ['confirmed', { rule: 'txn-already-known', cause: 'policy' }, 'known'],
    ['no such coins', { rule: 'bad-txns-inputs-missingorspent', cause: 'missing' }, 'waiting'],
    ['consensus script', { rule: 'mempool-script-verify-flag-failed (x)', cause: 'consensus' }, 'bad-script'],
    ['policy script', { rule: 'mempool-script-verify-flag-failed (x)', cause: 'policy' }, 'refused'],
    ['double spend', { rule: 'txn-mempool-conflict', cause: 'policy' }, 'refused'],
    ['premature', { rule: 'bad-txns-premature-spend-of-coinbase', cause: 'consensus' }, 'waiting'],
    ['not final yet', { rule: 'non-final', cause: 'early' }, 'waiting'],
    ['relative lock not over', { rule: 'non-BIP68-final', cause: 'early' }, 'waiting'],
  ])('fate: %s', (_name, refusal, fate) => expect(fateOf(refusal)).toBe(fate))
})

describe('rebuilding a block', () => {
  const txs = [1, 2, 3, 4].map(tag => makeTransaction(tag))
  const block = makeBlock(genesisBlock.hash, 'r', txs)
  const compact = toCompactBlock(block, 7n)

  test('from a mempool that has everything', () => {
    const draft = startDraft(compact, [makeTransaction(99), ...txs])
    expect(draft?.missing).toEqual([])
    expect(draft && finishDraft(draft)?.hash).toBe(block.hash)
  })

  test('what is missing is asked for by index', () => {
    const draft = startDraft(compact, [txs[1] as Transaction])
    expect(draft?.missing).toEqual([1, 3, 4])
    if (!draft) return
    expect(finishDraft(draft)).toBeUndefined()
    expect(fillDraft(draft, [])).toBeUndefined()
    const filled = fillDraft(draft, [txs[0], txs[2], txs[3]] as Transaction[])
    expect(filled && finishDraft(filled)?.raw).toEqual(block.raw)
  })

  test('two transactions with one short id: neither is used', () => {
    const [a, b] = [txs[0] as Transaction, txs[1] as Transaction]
    const draft = startDraft({ ...compact, shortIds: compact.shortIds.slice(0, 1) }, [a])
    expect(draft?.missing).toEqual([])
    const twin = { ...b, wtxid: a.wtxid }
    expect(startDraft(compact, [a, { ...twin, wtxid: a.wtxid }])?.missing).toEqual([2, 3, 4])
  })

  test('equal short ids in the message: the block must be fetched whole', () => {
    const [id = 0] = compact.shortIds
    expect(startDraft({ ...compact, shortIds: [id, id] }, txs)).toBeUndefined()
  })
})

describe('outbox', () => {
  const [a, b] = [makeTransaction(1), makeTransaction(2)]

  test('own transactions go out in order', () => {
    const outbox = new Outbox()
    expect([outbox.add(a), outbox.add(b)]).toEqual([true, true])
    expect(outbox.flush()).toEqual([[a, b]])
    expect(outbox.flush()).toEqual([])
  })

  test('what came in a message accepted as a whole is not published again', () => {
    const outbox = new Outbox()
    outbox.begin([a.wtxid])
    expect(outbox.add(a)).toBe(false)
    expect(outbox.end([a.wtxid], true)).toBe(false)
    expect(outbox.flush()).toEqual([])
  })

  test('what was new in an ignored message is published by us', () => {
    const outbox = new Outbox()
    outbox.begin([a.wtxid, b.wtxid])
    outbox.add(a)
    expect(outbox.end([a.wtxid, b.wtxid], false)).toBe(true)
    expect(outbox.flush()).toEqual([[a]])
  })

  test('in two messages at once, one accepted: not published', () => {
    const outbox = new Outbox()
    outbox.begin([a.wtxid])
    outbox.begin([a.wtxid, b.wtxid])
    outbox.add(a)
    expect(outbox.end([a.wtxid, b.wtxid], false)).toBe(false)
    expect(outbox.end([a.wtxid], true)).toBe(false)
  })
})

describe('memories are bounded', () => {
  test('recent set', () => {
    const set = new RecentSet<number>(2)
    for (const n of [1, 2, 1, 3]) set.add(n)
    expect([1, 2, 3].map(n => set.has(n))).toEqual([true, false, true])
  })

  test('orphans', () => {
    const orphans = new Orphans(2, 1_000)
    const parent = ZERO_HASH.replace('0', '1') as Txid
    const children = [1, 2, 3].map(tag => makeTransaction(tag, 0, parent))
    for (const child of children) orphans.add(child)
    orphans.add({ ...makeTransaction(9, 0, parent), raw: new Uint8Array(2_000) })
    expect(orphans.takeChildren(parent).map(tx => tx.txid)).toEqual(children.slice(1).map(tx => tx.txid))
    expect(orphans.size).toBe(0)
  })
})
