import { common, msp, peer } from '@hyperledger/fabric-protos';
import { rwSetOfEnvelope } from '../embedded/ledger/rwset.ts';
import {
  actionOfEnvelope,
  headerType,
  parseEnvelope,
  parsePayload,
  parseSignatureHeader,
  tryChannelHeader,
} from '../embedded/ledger/transaction.ts';
import type { Why } from '../embedded/ledger/types.ts';
import { committedDefinitions } from './definitions.ts';
import { findConflict } from './find-conflict.ts';
import { judge } from './judge.ts';
import type { Member } from './members.ts';
import { NodeError } from './node-client.ts';
import { validationCodeName, validationReason } from './validation-codes.ts';

const { MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT } = peer.TxValidationCode;
/** Conflicts are with what was written moments before; further back only a stale proposal finds its writer. */
const blocksMax = 1_000;

/** One peer, and who asks it. */
export type Asker = Pick<Member, 'peer' | 'admin'>;

/** A transaction as its block holds it. */
export interface TransactionSummary {
  creator: string;
  endorsers: string[];
  /** Public keys by namespace. */
  reads: Record<string, string[]>;
  writes: Record<string, string[]>;
}

/** How a transaction ended and why; UNKNOWN when no block has it. */
export type TransactionReport =
  | (Why & TransactionSummary)
  | { txId: string; codeName: 'UNKNOWN'; reason: string; channel: string };

/** Where a transaction stands, and how it ended. */
export interface Place {
  block: number;
  tx: number;
  code: number;
  envelope: Uint8Array;
}

/**
 * Asks a peer for a transaction's block and tells its code, who made and endorsed it, and what it read and wrote. For
 * a conflict it names the key and who wrote it, for endorsements that do not suffice the policy and who is missing.
 */
export async function explainTransaction(asker: Asker, channel: string, txId: string): Promise<TransactionReport> {
  const place = await locate(asker, channel, txId);
  if (!place) {
    const reason = `no block of ${channel} holds it: it was never ordered, is still under way, or belongs to another channel`;
    return { txId, codeName: 'UNKNOWN', reason, channel };
  }
  const { block, tx, code, envelope } = place;
  const codeName = validationCodeName(code);
  const head = { txId, block, tx, code, codeName, reason: validationReason(codeName) };
  return { ...head, ...(code !== 0 && (await findReason(asker, channel, place))), ...summarise(envelope) };
}

/** The block and the envelope of a transaction; undefined where the peer has no block with it. */
export async function locate(
  { peer: client, admin }: Asker,
  channel: string,
  txId: string,
): Promise<Place | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await client.query(admin, { chaincode: 'qscc', channel, args: ['GetBlockByTxID', channel, txId] });
  } catch (error) {
    if (error instanceof NodeError && /no such transaction|not found|Failed to get block for txID/i.test(error.message))
      return undefined;
    throw error;
  }
  const block = common.Block.deserializeBinary(bytes);
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const tx = envelopes.findIndex((envelope) => tryChannelHeader(envelope)?.txId === txId);
  const envelope = envelopes[tx];
  if (!envelope) return undefined;
  const code = codes?.[tx] ?? peer.TxValidationCode.NOT_VALIDATED;
  return { block: block.getHeader()?.getNumber() ?? 0, tx, code, envelope };
}

async function findReason(asker: Asker, channel: string, place: Place): Promise<Partial<Why>> {
  const { block: number, tx, code, envelope } = place;
  if (code === MVCC_READ_CONFLICT || code === PHANTOM_READ_CONFLICT) {
    const isPhantom = code === PHANTOM_READ_CONFLICT;
    const conflict = await findConflict({
      ...{ at: { block: number, tx }, rwset: rwSetOfEnvelope(envelope), isPhantom, blocksMax },
      block: (wanted) => readBlock(asker, channel, wanted),
    });
    if (!conflict)
      return { reason: `${validationReason(validationCodeName(code))}; not in the last ${blocksMax} blocks` };
    return { reason: isPhantom ? 'a range it read has changed' : 'a key it read has changed', conflict };
  }
  const [config, definitions] = await Promise.all([readConfig(asker, channel), committedDefinitions(asker, channel)]);
  const verdict = judge(envelope, { channel, config, definitions });
  // What was defined or configured otherwise then, or for a single key, would judge otherwise now.
  if (verdict.code !== code || verdict.reason === undefined) return {};
  const { namespace, collection, key, report } = verdict.policy ?? {};
  return {
    reason: verdict.reason,
    ...(namespace !== undefined &&
      report && {
        policy: {
          namespace,
          ...(collection !== undefined && { collection }),
          ...(key !== undefined && { key }),
          report,
        },
      }),
  };
}

async function readBlock({ peer: client, admin }: Asker, channel: string, number: number): Promise<common.Block> {
  const args = ['GetBlockByNumber', channel, String(number)];
  return common.Block.deserializeBinary(await client.query(admin, { chaincode: 'qscc', channel, args }));
}

async function readConfig({ peer: client, admin }: Asker, channel: string): Promise<Uint8Array> {
  const bytes = await client.query(admin, { chaincode: 'cscc', args: ['GetConfigBlock', channel] });
  const [envelope = new Uint8Array()] = common.Block.deserializeBinary(bytes).getData()?.getDataList_asU8() ?? [];
  return parsePayload(parseEnvelope(envelope).payload).data;
}

/** Who made and endorsed a transaction, and the keys that it reads and writes; empty where it cannot be read. */
export function summarise(envelope: Uint8Array): TransactionSummary {
  const sets = rwSetOfEnvelope(envelope);
  const keys = (pick: (set: (typeof sets)[number]) => { key: string }[]) =>
    Object.fromEntries(
      sets.map((set) => [set.namespace, pick(set).map(({ key }) => key)]).filter(([, list]) => list?.length !== 0),
    ) as Record<string, string[]>;
  return {
    creator: orUnreadable(() => mspIdOf(creatorOf(envelope))),
    endorsers: endorsersOf(envelope).map((endorser) => orUnreadable(() => mspIdOf(endorser))),
    reads: keys(({ kv }) => kv.reads),
    writes: keys(({ kv }) => kv.writes),
  };
}

function creatorOf(envelope: Uint8Array): Uint8Array {
  const { header } = parsePayload(parseEnvelope(envelope).payload);
  return parseSignatureHeader(header?.signatureHeader ?? new Uint8Array()).creator;
}

function endorsersOf(envelope: Uint8Array): Uint8Array[] {
  if (tryChannelHeader(envelope)?.type !== headerType.endorserTransaction) return [];
  try {
    return actionOfEnvelope(envelope).endorsed.endorsements.map(({ endorser }) => endorser);
  } catch {
    return [];
  }
}

/** An attacker's envelope may hold anything. */
function orUnreadable(read: () => string): string {
  try {
    return read();
  } catch {
    return 'unreadable';
  }
}

const mspIdOf = (identity: Uint8Array) => msp.SerializedIdentity.deserializeBinary(identity).getMspid();
