import { channels } from '../config/topology.ts';
import { rwSetOfEnvelope } from '../embedded/ledger/rwset.ts';
import { type ChainReport, checkChain } from '../ledger-format/check-chain.ts';
import { type Asker, locate } from './transaction.ts';

/** A batch row as a block holds it, and whether it stands in its lane's chain. */
export interface BatchRowReport extends ChainReport {
  readonly block: number;
  readonly tx: number;
}

interface StoredRow {
  readonly bytes: Uint8Array;
  readonly block: number;
  readonly tx: number;
}

const batchKey = (sequence: number): string => `lane/0/batch/${String(sequence).padStart(12, '0')}`;

/**
 * Reads a batch row out of the block that wrote it, and its neighbours. The chaincode is asked only where to look: it
 * cannot make up what a valid transaction of the chain did not write. Undefined where the lane has no such row.
 */
export async function readBatchRow(asker: Asker, lane: string, sequence: number): Promise<BatchRowReport | undefined> {
  const stored = await storedRow(asker, lane, sequence);
  if (stored === undefined) return undefined;
  const previous = sequence > 1 ? await storedRow(asker, lane, sequence - 1) : undefined;
  const namedAs = await nameOf(asker, lane, sequence);
  const { bytes, block, tx } = stored;
  return {
    block,
    tx,
    ...checkChain({ lane, sequence, bytes, namedAs, ...(previous && { previous: previous.bytes }) }),
  };
}

async function storedRow(asker: Asker, lane: string, sequence: number): Promise<StoredRow | undefined> {
  const header = await readHeader<{ txId: string }>(asker, lane, batchKey(sequence));
  const place = header && (await locate(asker, channels.finance, header.txId));
  if (place === undefined || place.code !== 0) return undefined;
  const own = rwSetOfEnvelope(place.envelope).find(({ namespace }) => namespace === lane);
  const write = own?.kv.writes.find(({ key }) => key === batchKey(sequence));
  return write && { bytes: write.value, block: place.block, tx: place.tx };
}

/** How the next row, or the lane's head, names a row. */
async function nameOf(asker: Asker, lane: string, sequence: number): Promise<string> {
  const next = await readHeader<{ previousHash: string }>(asker, lane, batchKey(sequence + 1));
  const head = await readHeader<{ hash: string }>(asker, lane, 'lane/0/head');
  return next?.previousHash ?? head?.hash ?? '';
}

/** A row that other namespaces may read; of a batch row its header. */
async function readHeader<Row>({ peer, admin }: Asker, lane: string, key: string): Promise<Row | undefined> {
  const call = { chaincode: lane, channel: channels.finance, args: ['lane:read', JSON.stringify([key])] };
  const [value] = JSON.parse(Buffer.from(await peer.query(admin, call)).toString()) as (string | null)[];
  return value === null || value === undefined ? undefined : (JSON.parse(value) as Row);
}
