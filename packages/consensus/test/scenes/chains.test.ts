import { aboutChains } from './groups.js'
import { playAll } from './stage/play.js'

playAll(...aboutChains)
