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
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}

// Most records are written in order already, and looking costs less than sorting.
function sorted(names: string[]): string[] {
  for (let index = 1; index < names.length; index += 1) {
    if ((names[index - 1] as string) > (names[index] as string)) return names.sort();
  }
  return names;
}

/** Lower-case hex. */
export function sha256(bytes: string | Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
