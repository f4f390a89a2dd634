import { BATCH, readBatch } from './batch.ts';
import { BATCH_ROW, decodeBatchRow } from './batch-row.ts';
import {
  DIRECTORY_ROW,
  decodeDirectoryRow,
  decodeIdPage,
  decodeOutboxRow,
  decodeSegment,
  ID_PAGE,
  INDEXED_ID_PAGE,
  OUTBOX_ROW,
  SEGMENT,
} from './other-rows.ts';

const decoders: Readonly<Record<number, readonly [kind: string, decode: (bytes: Uint8Array) => unknown]>> = {
  [BATCH]: ['batch', readBatch],
  [OUTBOX_ROW]: ['outbox row', decodeOutboxRow],
  [BATCH_ROW]: ['batch row', decodeBatchRow],
  [SEGMENT]: ['segment', decodeSegment],
  [ID_PAGE]: ['id page', decodeIdPage],
  [INDEXED_ID_PAGE]: ['indexed id page', decodeIdPage],
  [DIRECTORY_ROW]: ['directory row', decodeDirectoryRow],
};

/** Any value of a lane's namespace, told by its first byte; what is not binary is JSON. Throws a RangeError for neither. */
export function decodeAnyRow(bytes: Uint8Array): { kind: string; row: unknown } {
  const decoder = decoders[bytes[0] ?? -1];
  if (decoder !== undefined) return { kind: decoder[0], row: decoder[1](bytes) };
  try {
    return { kind: 'JSON', row: JSON.parse(Buffer.from(bytes).toString('utf8')) };
  } catch {
    throw new RangeError('The bytes are no row of a lane.');
  }
}
