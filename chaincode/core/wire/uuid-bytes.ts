/** Where the two digits of each byte stand in a UUID's text. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const HYPHENS = [8, 13, 18, 23];
const HYPHEN = 45;
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');
const NO_DIGIT = 255;
/** Value of a digit by its character code. */
const VALUES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = DIGITS.indexOf(code);
  return value < 0 ? NO_DIGIT : value;
});
const text = Buffer.alloc(36, '-', 'latin1');

/** Writes a UUID in lower case as its 16 bytes; false, with nothing that counts written, where the text is none. */
export function writeUuid(value: string, into: Uint8Array, start: number): boolean {
  if (value.length !== 36) return false;
  for (const place of HYPHENS) if (value.charCodeAt(place) !== HYPHEN) return false;
  for (let byte = 0; byte < 16; byte += 1) {
    const place = PLACES[byte] as number;
    const high = VALUES[value.charCodeAt(place)] ?? NO_DIGIT;
    const low = VALUES[value.charCodeAt(place + 1)] ?? NO_DIGIT;
    if (high === NO_DIGIT || low === NO_DIGIT) return false;
    into[start + byte] = high * 16 + low;
  }
  return true;
}

/** The UUID of 16 bytes. Built in one piece: thousands of them become names of maps. */
export function readUuid(from: Uint8Array, start: number): string {
  for (let byte = 0; byte < 16; byte += 1) {
    const value = from[start + byte] as number;
    const place = PLACES[byte] as number;
    text[place] = DIGITS[value >> 4] as number;
    text[place + 1] = DIGITS[value & 15] as number;
  }
  return text.toString('latin1');
}
