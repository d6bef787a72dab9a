import { coinbase } from './coinbase.js'
import { malformed } from './malformed.js'
import { merkle } from './merkle.js'
import { reward } from './reward.js'
import { sigops } from './sigops.js'
import { sizes } from './sizes.js'
import { spends } from './spends.js'
import { playAll } from './stage/play.js'
import { values } from './values.js'
import { witnessSigops } from './witness-sigops.js'

playAll(sizes, sigops, witnessSigops, coinbase, reward, values, spends, merkle, malformed)
