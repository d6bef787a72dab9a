import { aboutBlocks } from './groups.js'
import { playAll } from './stage/play.js'

playAll(...aboutBlocks)
