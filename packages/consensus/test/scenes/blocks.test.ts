import { sigops } from './sigops.js'
import { sizes } from './sizes.js'
import { playAll } from './stage/play.js'
import { witnessSigops } from './witness-sigops.js'

playAll(sizes, sigops, witnessSigops)
