/** A whole number below 2^53 in decimal digits. */
export function parseCount(digits: string): number {
  // biome-ignore lint/plugin: digits become bytes and come back as the same digits; nothing is reckoned with them.
  return Number(digits);
}

/** A whole number that is known to be below 2^53. */
export function countOf(value: bigint): number {
  // biome-ignore lint/plugin: the number becomes bytes and comes back as the same number; nothing is reckoned with it.
  return Number(value);
}
