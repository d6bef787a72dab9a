import { difficulty } from './difficulty.js'
import { headers } from './headers.js'
import { playAll } from './stage/play.js'

playAll(headers, difficulty)
