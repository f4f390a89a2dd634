import type { ByteCursor } from './byte-cursor.ts';

/** Reads one value; `names` are the strings that the entries of a batch share. */
export type Read = (cursor: ByteCursor, names: readonly string[]) => unknown;

/** Rests of account ids with more digits stand as letters. */
const DIGITS_MAX = 15;

/** The name with a number. */
export function nameAt(names: readonly string[], number: number): string {
  const name = names[number];
  if (name === undefined) throw new RangeError(`There is no name ${number}.`);
  return name;
}

/** Accounts: number of the bank's name, then twice the length of the rest, plus one where it is digits as a number. */
export function readAccount(cursor: ByteCursor, names: readonly string[]): string {
  const bank = nameAt(names, cursor.count());
  const form = cursor.count();
  const length = Math.floor(form / 2);
  if (form % 2 === 0) return `${bank}-${cursor.bytes(length).toString('latin1')}`;
  const digits = String(cursor.count());
  if (length > DIGITS_MAX || digits.length > length) throw new RangeError('An account id is malformed.');
  return `${bank}-${digits.padStart(length, '0')}`;
}

/** Ids: a zero and the 16 bytes of a UUID, or a length and that many letters. */
export function readId(cursor: ByteCursor): string {
  const length = cursor.byte();
  if (length > 0) return cursor.bytes(length).toString('latin1');
  const hex = cursor.hex(16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Currencies: three letters in base 32, A is 0. */
export function readCurrency(cursor: ByteCursor): string {
  const code = cursor.count();
  const letter = (weight: number) => String.fromCharCode(65 + (Math.floor(code / weight) % 32));
  return letter(1024) + letter(32) + letter(1);
}

/** Dates: the number that the digits of YYYYMMDD make. */
export function readDate(cursor: ByteCursor): string {
  const digits = String(cursor.count()).padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** Instants: a date, then twice the millisecond of its day, plus one where milliseconds are written. */
function readInstant(cursor: ByteCursor): string {
  const date = readDate(cursor);
  const form = cursor.count();
  const milliseconds = Math.floor(form / 2);
  const part = (size: number, modulus: number) => String(Math.floor(milliseconds / size) % modulus).padStart(2, '0');
  const fraction = form % 2 === 1 ? `.${String(milliseconds % 1000).padStart(3, '0')}` : '';
  return `${date}T${part(3_600_000, 100)}:${part(60_000, 60)}:${part(1000, 60)}${fraction}Z`;
}

/** The sign stands in the lowest bit. */
function readSigned(cursor: ByteCursor): string {
  const value = cursor.whole();
  return `${value % 2n === 1n ? '-' : ''}${value / 2n}`;
}

function readInteger(cursor: ByteCursor): number {
  const value = Number(readSigned(cursor));
  if (!Number.isSafeInteger(value)) throw new RangeError('A number is larger than its field allows.');
  return value;
}

/** Base64url, as the bytes that it stands for after their length. */
export function readBase64(cursor: ByteCursor): string {
  return cursor.bytes(cursor.count()).toString('base64url');
}

/** JSON after its length. */
export function readJson(cursor: ByteCursor): unknown {
  const text = cursor.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError('A text is no JSON.');
  }
}

/** Every scalar of the notation by its name. */
export const scalars: Readonly<Record<string, Read>> = {
  text: (cursor) => cursor.text(),
  id: readId,
  account: readAccount,
  name: (cursor, names) => nameAt(names, cursor.count()),
  digest: (cursor) => cursor.hex(32),
  keyId: (cursor) => cursor.hex(8),
  bytes: readBase64,
  amount: (cursor) => String(cursor.whole()),
  signed: readSigned,
  currency: readCurrency,
  date: readDate,
  instant: readInstant,
  boolean: (cursor) => cursor.byte() === 1,
  integer: readInteger,
  json: readJson,
};
