import { difficulty } from './difficulty.js'
import { headers } from './headers.js'
import { locks } from './locks.js'
import { relativeLocks } from './relative-locks.js'
import { playAll } from './stage/play.js'

playAll(headers, difficulty, locks, relativeLocks)
