import { hash } from 'node:crypto';

/** Text that is canonical JSON already, so that a value is written once and used in several places. */
export class CanonicalText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** JSON with sorted names and whole numbers only: the same value gives the same bytes on every endorser. */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      // A fraction would depend on floating point, and past 2^53 two different numbers are written alike.
      if (!Number.isSafeInteger(value)) throw new TypeError('canonical JSON holds safe whole numbers only');
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (value instanceof CanonicalText) return value.text;
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Record<string, unknown>);
    default:
      throw new TypeError(`canonical JSON cannot hold a ${typeof value}`);
  }
}

function canonicalArray(values: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ',';
    text += canonicalJson(values[index]);
  }
  return `${text}]`;
}

function canonicalObject(record: Record<string, unknown>): string {
  // By UTF-16 code units, as RFC 8785 demands; a locale's order could differ between endorsers.
  const names = sorted(Object.keys(record));
  let text = '';
  for (const name of names) {
    const value = record[name];
    if (value === undefined) continue;
    text += (text === '' ? '' : ',') + quoted(name) + canonicalJson(value);
  }
  return `{${text}}`;
}

const FEW = 16;

// Most records are written in order already or have few names: looking, and inserting, cost less than sorting.
function sorted(names: string[]): string[] {
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] as string;
    let place = index;
    for (; place > 0 && (names[place - 1] as string) > name; place -= 1) {
      if (names.length > FEW) return names.sort();
      names[place] = names[place - 1] as string;
    }
    names[place] = name;
  }
  return names;
}

const FIELD_NAME = /^[A-Za-z]{1,32}$/;
const LARGEST_MEMO = 1_000;
const fieldNames = new Map<string, string>();

// A batch of 2,000 writes the same few field names 60,000 times; ids and accounts as names are not worth remembering.
function quoted(name: string): string {
  let text = fieldNames.get(name);
  if (text === undefined) {
    text = `${JSON.stringify(name)}:`;
    if (fieldNames.size < LARGEST_MEMO && FIELD_NAME.test(name)) fieldNames.set(name, text);
  }
  return text;
}

/** Lower-case hex. */
export function sha256(bytes: string | Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
