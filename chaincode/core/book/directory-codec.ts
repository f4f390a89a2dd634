import { ByteReader, ByteWriter } from '../wire/bytes.ts';
import { NameTable } from '../wire/names.ts';
import { accountCodec, currencyCodec } from '../wire/text-codecs.ts';
import { HOLDING_STATUSES, type Holding } from './holding.ts';

/** What another bank's lane may know of an account. */
export type Listing = Pick<Holding, 'accountId' | 'currency' | 'status'>;

/*
 * A directory row, version 7: what one batch changed in the bank's directory. Byte 7, the bank's name, previousHash of
 * the batch (it stands for all rows before this one), count of listings, then each: account, currency, status.
 */
export const DIRECTORY_VERSION = 7;

export function encodeListings(
  { lane: bank, previousHash }: { readonly lane: string; readonly previousHash: string },
  listings: readonly Listing[],
): Buffer {
  const names = new NameTable([bank]);
  const writer = new ByteWriter(listings.length * 16 + 64);
  writer.byte(DIRECTORY_VERSION);
  writer.text(bank);
  writer.hex(previousHash);
  writer.varint(listings.length);
  for (const { accountId, currency, status } of listings) {
    accountCodec.write(writer, accountId, { names });
    currencyCodec.write(writer, currency, { names });
    writer.byte(HOLDING_STATUSES.indexOf(status));
  }
  return writer.toBuffer();
}

/** Throws a RangeError where the bytes are no directory row. */
export function decodeListings(bytes: Uint8Array): Listing[] {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== DIRECTORY_VERSION) throw new RangeError('the version of the directory row is not 7');
  const names = new NameTable([reader.text()]);
  reader.hex(32);
  const listings: Listing[] = [];
  for (let rest = reader.varint(); rest > 0; rest -= 1) {
    const accountId = accountCodec.read(reader, { names });
    const currency = currencyCodec.read(reader, { names });
    const status = HOLDING_STATUSES[reader.byte()];
    if (status === undefined) throw new RangeError('a status is not known');
    listings.push({ accountId, currency, status });
  }
  return listings;
}
