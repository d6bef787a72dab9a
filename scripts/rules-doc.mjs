// Writes docs/rules.md from the built rule book and the scenes of the walk; `--check` only tells whether it is as it should be.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ruleBook } from '../packages/consensus/dist/src/rules/rule-book.js'
import { scenes } from '../packages/consensus/dist/test/rules/walk/scenes.js'

const file = join(fileURLToPath(new URL('..', import.meta.url)), 'docs', 'rules.md')

/** Consecutive rules of the book under one heading. */
const chapters = [
  { title: 'The header', of: /^header\// },
  { title: 'The block by itself', of: /^(block|transaction)\/alone$/ },
  { title: 'The block at its place', of: /^block\/with-ancestors$/ },
  { title: 'The block among the coins', of: /^block\/with-(coins|scripts)$|^transaction\/with-/ },
]

const cell = text => text.replaceAll('|', '\\|')

const sourceLink = source =>
  cell(source).replace(/BIP-(\d{4})/g, '[$&](https://github.com/bitcoin/bips/blob/master/bip-$1.mediawiki)')

const checkLink = ({ name, place }) => `[\`${name}\`](../packages/consensus/src/rules/${place}.ts)`

const brokenBy = name =>
  scenes
    .filter(({ rule }) => rule === name)
    .map(scene => cell(scene.name))
    .join('; ')

function row(booked) {
  const { reason, cause, about, source } = booked.rule
  const cells = [`\`${reason}\``, cell(about), cause, sourceLink(source), checkLink(booked), brokenBy(booked.name)]
  return `| ${cells.join(' | ')} |`
}

/** Takes the chapter's rules from the front of the book. */
function chapter({ title, of }) {
  const rows = []
  while (left[0] && of.test(left[0].place)) rows.push(row(left.shift()))
  return [
    `## ${title}`,
    '',
    '| reason | what must hold | cause | source | check | broken in the walk by |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ]
}

const left = [...ruleBook]
const body = chapters.flatMap(chapter)
if (left.length > 0) throw new Error(`no chapter has room for ${left[0].name} here`)
const reasons = new Set(ruleBook.map(({ rule }) => rule.reason)).size

const intro = `# The rules

<!-- Written by scripts/rules-doc.mjs from the tables in packages/consensus/src/rules: change them, not this page. -->

What a block must obey to be taken, rule by rule: ${ruleBook.length} rules with ${reasons} reasons, which are Bitcoin Core's, letter for
letter. They stand in the order in which they are asked, which decides what is told of a block that breaks several. A
block that is handed in whole has to show its work and what it is by itself before anybody looks for its parent. What the
script of an input demands is the business of [\`packages/script\`](../packages/script/src/interpreter).

A cause says what a refusal means: \`consensus\`, the block is wrong for good, and so is what is built on it; \`header\`, the
header is; \`mutated\`, these are not the transactions that the header commits to, and the true block may be right;
\`missing\` and \`early\`, later it may be right. Inside a block the refusal of a transaction is always \`consensus\`.

Each file holds the rules that see no more than its name says: a thing alone, with its ancestors, with the coins.
[The walk](../packages/consensus/test/rules/walk.test.ts) breaks every rule, in the ways named in the last column, in a
block that breaks no other rule where that can be helped, and shows that a block one step inside is taken.
\`npm run switch-off\` takes out one rule after the other and shows that tests fail.
`

const wanted = [intro, ...body].join('\n')

if (process.argv[2] === '--check') {
  if (readFileSync(file, 'utf8') === wanted) process.exit(0)
  console.error('docs/rules.md is stale: run node scripts/rules-doc.mjs')
  process.exit(1)
}
writeFileSync(file, wanted)
