import { isJsonArray, isJsonObject, type JsonValue, numberText, RawJson, type Shape } from '@raistone/rpc'

const scalars: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  string: value => typeof value === 'string',
  hex: value => typeof value === 'string' && /^([0-9a-f]{2})*$/.test(value),
  number: value =>
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    // As it came over the wire: a double must be printed as Core prints it.
    (value instanceof RawJson && numberText(Number(value.text)) === value.text),
  amount: value => value instanceof RawJson && /^-?\d+\.\d{8}$/.test(value.text),
  boolean: value => typeof value === 'boolean',
  null: value => value === null,
  any: () => true,
}

/** Where a result differs from its shape; members must come in the order the shape has them. */
export function differences(value: JsonValue | undefined, shape: Shape, path = ''): string[] {
  if (value === undefined || value === null)
    return shape.optional || shape.kind === 'null' ? [] : [`${path} is missing`]
  if (shape.kind === 'array') {
    if (!isJsonArray(value)) return [`${path} is no array`]
    return value.flatMap((item, i) => differences(item, shape.of, `${path}[${i}]`))
  }
  if (shape.kind === 'map') {
    if (!isJsonObject(value)) return [`${path} is no object`]
    return Object.entries(value).flatMap(([name, item]) => differences(item, shape.of, `${path}.${name}`))
  }
  if (shape.kind === 'object') {
    if (!isJsonObject(value)) return [`${path} is no object`]
    const names = Object.keys(value).filter(name => value[name] !== undefined)
    const expected = Object.keys(shape.fields).filter(name => names.includes(name))
    const order = names.join() === expected.join() ? [] : [`${path}: ${names.join()} is not ${expected.join()}`]
    return [
      ...order,
      ...Object.entries(shape.fields).flatMap(([name, field]) => differences(value[name], field, `${path}.${name}`)),
    ]
  }
  return scalars[shape.kind]?.(value) ? [] : [`${path} is no ${shape.kind}`]
}

/** Undefined if one of the shapes fits, else what the closest one misses. */
export function misfit(value: JsonValue | undefined, shapes: readonly Shape[]): readonly string[] | undefined {
  const all = shapes.map(shape => differences(value, shape)).sort((a, b) => a.length - b.length)
  return all[0]?.length === 0 ? undefined : all[0]
}
