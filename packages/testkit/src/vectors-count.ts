/** How many cases the text of one vector file holds. */
type Count = (text: string) => number

type Row = readonly unknown[]
type Named<T> = Readonly<Record<string, T>>
type Lists = Row | NamedLists
interface NamedLists extends Named<Lists> {}

const HEADER_BYTES = 80

const json =
  <T>(count: (value: T) => number): Count =>
  text =>
    count(JSON.parse(text) as T)

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

const lines: Count = text => text.split('\n').filter(line => line.trim() !== '').length

/** Every element of a list, and of the lists of an object however deep: `{ valid: { add: [...] }, invalid: [...] }`. */
const inLists = (lists: Lists): number =>
  Array.isArray(lists) ? lists.length : sum(Object.values(lists as NamedLists).map(inLists))

/** Whether a row of one of Core's files is a case: a single string is a comment. */
export const isCaseRow = (row: Row): boolean => row.length > 1

const exceptComments = json<readonly Row[]>(rows => rows.filter(isCaseRow).length)

const wycheproof = json<{ testGroups: readonly { tests: Row }[] }>(({ testGroups }) =>
  sum(testGroups.map(({ tests }) => tests.length)),
)

/** Files that are neither a list of cases nor an object of such lists. */
const ofShape: Named<Count> = {
  'script/script_tests.json': exceptComments,
  'script/tx_valid.json': exceptComments,
  'script/tx_invalid.json': exceptComments,
  'script/sighash.json': exceptComments,
  'encoding/key_io_valid.json': exceptComments,
  'filters/blockfilters.json': exceptComments,
  'script/bip341_wallet_vectors.json': json<{
    scriptPubKey: Row
    keyPathSpending: readonly { inputSpending: Row }[]
  }>(
    ({ scriptPubKey, keyPathSpending }) =>
      scriptPubKey.length + sum(keyPathSpending.map(({ inputSpending }) => inputSpending.length)),
  ),
  // Each script appears with its address; what must be refused is listed apart.
  'encoding/address.json': json<{ standard: Row; bech32: Row }>(
    ({ standard, bech32 }) => standard.length + bech32.length,
  ),
  // What must be refused has a label before each signature, and a note at the start that counts as published.
  'encoding/der_signatures.json': json<{ canonical: Row; noncanonical: readonly string[] }>(
    ({ canonical, noncanonical }) => canonical.length + noncanonical.filter(text => !text.endsWith(':')).length,
  ),
  'difficulty/asert.json': json<readonly { rows: Row }[]>(runs => sum(runs.map(({ rows }) => rows.length))),
  'headers/chainwork.json': json<object>(works => Object.keys(works).length),
  'headers/mainnet_alt.json': json<{ timestamps: Row }>(({ timestamps }) => timestamps.length),
  'blocks/reorg.json': json<{ btcd_main: Row; btcd_fork: Row; regtest_branches: readonly Row[] }>(
    ({ btcd_main, btcd_fork, regtest_branches }) =>
      btcd_main.length + btcd_fork.length + sum(regtest_branches.map(branch => branch.length)),
  ),
  'rpc/rpc_getblockstats.json': json<{ stats: Row }>(({ stats }) => stats.length),
}

const ofExtension: Named<Count> = {
  json: json(inLists),
  jsonl: lines,
  txt: lines,
  csv: text => lines(text) - 1,
}

/** Of a file of headers back to back, or of one block. */
function countBinary(path: string, bytes: number): number {
  if (path.startsWith('blocks/')) return 1
  if (!path.startsWith('headers/') || bytes % HEADER_BYTES !== 0)
    throw new RangeError(`${path} is neither a block nor whole headers`)
  return bytes / HEADER_BYTES
}

/**
 * How many cases a vector file of `bytes` bytes holds. `path`, relative to the vectors' folder, says what shape it has; the
 * text is read only where that matters.
 */
export function countOf(path: string, bytes: number, readText: () => string): number {
  const extension = path.slice(path.lastIndexOf('.') + 1)
  if (extension === 'bin') return countBinary(path, bytes)
  const count = path.includes('/wycheproof_') ? wycheproof : (ofShape[path] ?? ofExtension[extension])
  if (!count) throw new RangeError(`no rule counts the cases of ${path}`)
  return count(readText())
}
