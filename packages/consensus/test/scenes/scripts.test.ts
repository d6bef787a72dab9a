import { programs } from './programs.js'
import { scripts } from './scripts.js'
import { signatures } from './signatures.js'
import { playAll } from './stage/play.js'
import { taproot } from './taproot.js'
import { tapscript } from './tapscript.js'
import { witness } from './witness.js'

playAll(witness, programs, taproot, tapscript, scripts, signatures)
