// Makes a genesis file's block fit its rules: `node scripts/mine-genesis.mjs FILE`. Write the file first, with any
// nonce and any 64 digits as the hash; the coinbase text gets the rules' id, the block is solved, and the file is written back.
// `node scripts/mine-genesis.mjs --schema` writes the JSON Schema beside the genesis files; `npm run format` then
// breaks its lines as the rest of the tree does.
import { readFileSync, writeFileSync } from 'node:fs'
import { GenesisError, genesisSchema, parseGenesisFile, sealGenesis } from '@raistone/consensus/params'

const write = (file, value) => writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`)

const [file] = process.argv.slice(2)
if (file === undefined) {
  console.error('usage: node scripts/mine-genesis.mjs FILE | --schema')
  process.exit(2)
}

function seal() {
  const sealed = sealGenesis(JSON.parse(readFileSync(file, 'utf8')))
  const { name, networkId } = parseGenesisFile(sealed)
  write(file, sealed)
  console.log(`${file}: chain ${name}, genesis ${sealed.genesisBlock.hash}, network ${networkId}`)
}

try {
  if (file === '--schema') write(new URL('../genesis/genesis.schema.json', import.meta.url), genesisSchema)
  else seal()
} catch (error) {
  if (!(error instanceof GenesisError)) throw error
  console.error(`${file}: ${error.message}`)
  process.exit(1)
}
