import { aboutScripts } from './groups.js'
import { playAll } from './stage/play.js'

playAll(...aboutScripts)
