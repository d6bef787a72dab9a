import { method } from './method.js'
import { number, string } from './shape.js'

export const help = method('help', {
  category: 'Control',
  about: 'Lists all calls, or explains one.',
  params: [{ name: 'command', type: 'string', optional: true, defaultHint: 'all calls', about: 'The call to explain' }],
  result: [{ shape: string('The text') }],
  examples: ['', 'getblock'],
})

export const stop = method('stop', {
  category: 'Control',
  about: 'Asks the node to stop.',
  params: [{ name: 'wait', type: 'number', optional: true, default: 0, about: 'Milliseconds to wait before' }],
  result: [{ shape: string('That it is stopping') }],
  examples: [''],
})

export const uptime = method('uptime', {
  category: 'Control',
  about: 'Returns the seconds the node has been running.',
  params: [],
  result: [{ shape: number('Seconds') }],
  examples: [''],
})

export const controlMethods = [help, stop, uptime] as const
