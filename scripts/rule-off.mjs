// A setup file for jest, used by scripts/switch-off.mjs alone: takes one rule's check out before the tests are loaded.
import { ruleBook } from '../packages/consensus/dist/src/rules/rule-book.js'
import { switchOff } from '../packages/consensus/dist/test/support/rules-off.js'

const name = process.env.RAISTONE_RULE_OFF
const booked = ruleBook.find(each => each.name === name)
if (!booked) throw new Error(`no rule ${name}`)
switchOff(booked)
