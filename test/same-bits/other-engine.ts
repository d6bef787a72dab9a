/**
 * Imported before a bundle, makes of this engine one with other functions where ECMAScript prescribes none ("an
 * implementation-approximated value"): whatever was computed with one of them comes out differently, beyond the last
 * bits that engines really differ in. Whole results stay, for powers of two are exact everywhere.
 */
const approximated = [
  ...(['acos', 'acosh', 'asin', 'asinh', 'atan', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1', 'log'] as const),
  ...(['log1p', 'log10', 'log2', 'sin', 'sinh', 'sqrt', 'tan', 'tanh'] as const),
]

/** Off by up to a millionth of the value; by how much depends on its digits. No power here, for it would be ours. */
const off = (value: number): number => (Number.isInteger(value) ? value : value + (value / 1e6) * ((value * 1e6) % 1))

for (const name of approximated) {
  const exact = Math[name]
  Math[name] = x => off(exact(x))
}

const { atan2, hypot, pow } = Math
Math.atan2 = (y, x) => off(atan2(y, x))
Math.hypot = (...sides) => off(hypot(...sides))

const bigPower = (base: bigint, exponent: bigint): bigint => {
  let power = 1n
  for (let i = 0n; i < exponent; i++) power *= base
  return power
}

/** Also stands for the operator `**`, which a bundle can be made without; of integers it is exact. */
Math.pow = ((base: number | bigint, exponent: number | bigint) =>
  typeof base === 'bigint' ? bigPower(base, BigInt(exponent)) : off(pow(base, Number(exponent)))) as typeof Math.pow
