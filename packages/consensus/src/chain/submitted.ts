import type { Reject } from '../verdict.js'
import type { BlockEntry } from './block-entry.js'

/** `stored`: valid so far, on another branch or waiting for an ancestor's block. `duplicate`: it was here before. */
export type Submitted =
  | { readonly state: 'connected' | 'stored' | 'duplicate'; readonly entry: BlockEntry; readonly reject?: undefined }
  | { readonly reject: Reject }

/** How many headers were in order, known before or not; `at` is the index of the first that was not. */
export interface SubmittedHeaders {
  readonly accepted: number
  readonly reject?: Reject & { readonly at: number }
}
