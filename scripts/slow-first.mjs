// The order of the tests: those of several processes first, which mostly wait, so that both ends of the run are full.
import Sequencer from '@jest/test-sequencer'

const isWhole = ({ path }) => /\/test\/dist\/[^/]+\.test\.js$/.test(path)

export default class SlowFirst extends Sequencer {
  sort(tests) {
    const usual = super.sort(tests)
    return [...usual.filter(isWhole), ...usual.filter(test => !isWhole(test))]
  }
}
