/** What a result looks like: help and the contract tests read it. */
export type Shape =
  | { readonly kind: ScalarKind; readonly about: string; readonly optional?: true }
  | { readonly kind: 'array'; readonly about: string; readonly of: Shape; readonly optional?: true }
  | {
      readonly kind: 'object'
      readonly about: string
      readonly fields: Readonly<Record<string, Shape>>
      readonly optional?: true
    }
  /** An object with any names: what stands under each. */
  | { readonly kind: 'map'; readonly about: string; readonly of: Shape; readonly optional?: true }

/** `amount` is a number with eight decimals; `any` is described in words only. */
export type ScalarKind = 'string' | 'hex' | 'number' | 'amount' | 'boolean' | 'null' | 'any'

const scalar =
  (kind: ScalarKind) =>
  (about = ''): Shape => ({ kind, about })

export const string = scalar('string')
export const hex = scalar('hex')
export const number = scalar('number')
export const amount = scalar('amount')
export const boolean = scalar('boolean')
export const nothing = scalar('null')
export const any = scalar('any')
export const array = (of: Shape, about = ''): Shape => ({ kind: 'array', about, of })
export const map = (of: Shape, about = ''): Shape => ({ kind: 'map', about, of })
export const object = (fields: Readonly<Record<string, Shape>>, about = ''): Shape => ({
  kind: 'object',
  about,
  fields,
})
export const optional = (shape: Shape): Shape => ({ ...shape, optional: true })

/** One of several results, and when it is this one. */
export interface ResultCase {
  readonly when?: string
  readonly shape: Shape
}
