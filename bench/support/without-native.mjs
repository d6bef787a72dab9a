// To be imported before a program: a machine for which there is no native secp256k1, in all threads.
import { register } from 'node:module'

const hooks = `export async function resolve(name, context, next) {
  if (name.startsWith('secp256k1')) throw new Error(name + ' is not here')
  return next(name, context)
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
