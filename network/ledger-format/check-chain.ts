import { type DecodedRow, decodeBatchRow, sha256 } from './batch-row.ts';

/** A batch row's bytes and what stands around it in its lane. */
export interface RowInChain {
  readonly lane: string;
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** The row before it; absent for the first one. */
  readonly previous?: Uint8Array;
  /** The hash by which the next row, or the lane's head where there is none, names it. */
  readonly namedAs: string;
}

export interface ChainReport {
  readonly hash: string;
  /** Why the row does not stand in its lane's chain; empty: it does. */
  readonly problems: readonly string[];
  readonly row: DecodedRow;
}

const FIRST_PREVIOUS_HASH = '0'.repeat(64);

/** Checks that a row is the one that it is taken for, that it continues its predecessor, and that its successor names it. */
export function checkChain({ lane, sequence, bytes, previous, namedAs }: RowInChain): ChainReport {
  const row = decodeBatchRow(bytes);
  const { hash } = row;
  const before = previous === undefined ? FIRST_PREVIOUS_HASH : sha256(previous);
  const problems: string[] = [];
  if (row.lane !== lane || row.sequence !== sequence) problems.push(`it says that it is ${row.lane} ${row.sequence}`);
  if (row.previousHash !== before) problems.push(`it names ${row.previousHash} as its predecessor, which is ${before}`);
  if (namedAs !== hash) problems.push(`its successor names ${namedAs}, and it is ${hash}`);
  return { hash, problems, row };
}
