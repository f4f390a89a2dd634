import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Codec } from './codec.ts';
import { parseCount } from './counts.ts';

/** Digits that a whole number below 2^53 certainly holds. */
const SAFE_DIGITS = 15;

function isDigits(text: string, start: number): boolean {
  for (let place = start; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code < 48 || code > 57) return false;
  }
  return text.length > start;
}

/** Any text: UTF-8 after its length. */
export const textCodec: Codec<string> = {
  write: (writer, value) => writer.text(value),
  read: (reader) => reader.text(),
};

/** A lower-case UUID in 17 bytes, other ids as text after their length. */
export const idCodec: Codec<string> = {
  write(writer, value) {
    if (value.length === 36) {
      const start = writer.length;
      writer.byte(0);
      if (writer.uuid(value)) return;
      writer.truncate(start);
    }
    writer.text(value);
  },
  read(reader) {
    const length = reader.byte();
    return length > 0 ? reader.latin1(length) : reader.uuid();
  },
};

/** `<bank>-<rest>`: the bank as a name of the batch, a rest of up to 15 digits as its length and its number. */
export const accountCodec: Codec<string> = {
  write(writer, value, { names }) {
    const hyphen = value.indexOf('-');
    writer.varint(names.numberOf(value.slice(0, hyphen)));
    const length = value.length - hyphen - 1;
    if (length <= SAFE_DIGITS && isDigits(value, hyphen + 1)) {
      writer.varint(length * 2 + 1);
      writer.varint(parseCount(value.slice(hyphen + 1)));
      return;
    }
    writer.varint(length * 2);
    writer.bytes(Buffer.from(value.slice(hyphen + 1), 'latin1'));
  },
  read(reader, { names }) {
    const bank = names.nameOf(reader.varint());
    const form = reader.varint();
    const length = Math.floor(form / 2);
    if (form % 2 === 0) return `${bank}-${reader.latin1(length)}`;
    const digits = String(reader.varint());
    // Whoever sends the bytes chooses the length: zeros by the thousand million would fill every endorser's memory.
    if (length > SAFE_DIGITS || digits.length > length) throw new RangeError('an account id is malformed');
    return `${bank}-${digits.padStart(length, '0')}`;
  },
};

/** A name that many entries of a batch share: its number. */
export const nameCodec: Codec<string> = {
  write: (writer, value, { names }) => writer.varint(names.numberOf(value)),
  read: (reader, { names }) => names.nameOf(reader.varint()),
};

/** 64 hex digits. */
export const digestCodec: Codec<string> = {
  write: (writer, value) => writer.hex(value),
  read: (reader) => reader.hex(32),
};

/** 16 hex digits. */
export const keyIdCodec = {
  write: (writer: ByteWriter, value: string): void => writer.hex(value),
  read: (reader: ByteReader): string => reader.hex(8),
} satisfies Codec<string>;

/** Base64url without padding, and without stray bits at its end, as the bytes that it stands for after their length. */
export const bytesCodec = {
  write(writer: ByteWriter, value: string): void {
    const bytes = Buffer.from(value, 'base64url');
    writer.varint(bytes.length);
    writer.bytes(bytes);
  },
  read: (reader: ByteReader): string => reader.bytes(reader.varint()).toString('base64url'),
} satisfies Codec<string>;

/** A count of minor units of zero or more, written in decimal digits. */
export const amountCodec: Codec<string> = {
  write(writer, value) {
    if (value.length <= SAFE_DIGITS) writer.varint(parseCount(value));
    else writer.bigVarint(BigInt(value));
  },
  read: (reader) => String(reader.bigVarint()),
};

/** A count of minor units of either sign: the sign stands in the lowest bit. */
export const signedCodec: Codec<string> = {
  write(writer, value) {
    const isNegative = value.startsWith('-');
    const magnitude = BigInt(isNegative ? value.slice(1) : value);
    writer.bigVarint(magnitude * 2n + (isNegative ? 1n : 0n));
  },
  read(reader) {
    const value = reader.bigVarint();
    return `${value % 2n === 1n ? '-' : ''}${value / 2n}`;
  },
};

/** Three capitals, five bits each. */
export const currencyCodec: Codec<string> = {
  write(writer, value) {
    const letter = (place: number) => value.charCodeAt(place) - 65;
    writer.varint(letter(0) * 1024 + letter(1) * 32 + letter(2));
  },
  read(reader) {
    const code = reader.varint();
    return String.fromCharCode(65 + ((code >> 10) & 31), 65 + ((code >> 5) & 31), 65 + (code & 31));
  },
};

/** YYYY-MM-DD as the number that its digits make. */
export const dateCodec: Codec<string> = {
  write: (writer, value) => writer.varint(parseCount(value.replaceAll('-', ''))),
  read: (reader) => dateOf(reader.varint()),
};

/** An ISO instant with or without milliseconds: its date, then twice the milliseconds of its day, plus one with them. */
export const instantCodec: Codec<string> = {
  write(writer, value) {
    writer.varint(parseCount(value.slice(0, 10).replaceAll('-', '')));
    const [hours, minutes, seconds] = [value.slice(11, 13), value.slice(14, 16), value.slice(17, 19)].map(parseCount);
    const hasMilliseconds = value.length > 20;
    const milliseconds = hasMilliseconds ? parseCount(value.slice(20, 23)) : 0;
    const ofDay = (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000 + milliseconds;
    writer.varint(ofDay * 2 + (hasMilliseconds ? 1 : 0));
  },
  read(reader) {
    const date = dateOf(reader.varint());
    const form = reader.varint();
    const ofDay = Math.floor(form / 2);
    const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
    const time = `${two(ofDay / 3_600_000)}:${two((ofDay / 60_000) % 60)}:${two((ofDay / 1000) % 60)}`;
    return `${date}T${time}${form % 2 === 1 ? `.${String(ofDay % 1000).padStart(3, '0')}` : ''}Z`;
  },
};

function dateOf(digits: number): string {
  const text = String(digits).padStart(8, '0');
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
}

export type TextCodecs = Record<string, Codec<string>>;

/** Codecs that a schema asks for by the name in its option `wire`. */
export const textCodecs: TextCodecs = {
  text: textCodec,
  id: idCodec,
  account: accountCodec,
  name: nameCodec,
  digest: digestCodec,
  keyId: keyIdCodec,
  bytes: bytesCodec,
  amount: amountCodec,
  signed: signedCodec,
  currency: currencyCodec,
  date: dateCodec,
  instant: instantCodec,
};
