import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { common, peer } from '@hyperledger/fabric-protos';
import { createMspManager } from '../../identity/msp-manager.ts';
import { headerHash, sameBytes, sha256 } from './hashing.ts';
import { parseChannelConfig } from './policy/channel-config.ts';
import { parsePrivateRwSet, rwSetOfEnvelope } from './rwset.ts';
import { Session } from './session.ts';
import { parseEnvelope, parsePayload, tryChannelHeader } from './transaction.ts';
import type { LedgerOptions } from './types.ts';
import { decode } from './wire/codec.ts';
import { type MetadataMessage, metadataSchema } from './wire/transaction.ts';

const TRANSACTIONS_FILTER = 2;
const COMMIT_HASH = 4;

export type ReplayReport = {
  channelId: string;
  blocks: number;
  transactions: number;
  /** By validation code. */
  codes: Record<number, number>;
  /** Every difference from what the peers wrote. */
  problems: string[];
};

/**
 * Replays real peers' blocks through this ledger's validator and compares validation codes, header hashes and commit
 * hashes of every block. The folder holds `<number>.block` (common.Block) and, for private data of an organisation,
 * `<number>.<MSPID>.private` (peer.BlockAndPrivateData).
 */
export function replayBlocks(folder: string): ReplayReport {
  const numbers = readdirSync(folder)
    .filter((name) => /^\d+\.block$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((left, right) => left - right);
  const options = optionsFromGenesis(readBlock(folder, 0));
  const session = new Session(options, ':memory:');
  const report: ReplayReport = {
    channelId: options.channelId || basename(folder),
    blocks: numbers.length,
    transactions: 0,
    codes: {},
    problems: [],
  };
  try {
    const replay = { folder, session, options, report };
    for (const number of numbers) replayBlock(number, replay);
    // At the end, because the peers' files show what expiry and purges had left when they were written.
    for (const number of numbers) comparePrivateBlocks(number, replay);
  } finally {
    session.close();
  }
  return report;
}

type Replay = { folder: string; session: Session; options: LedgerOptions; report: ReplayReport };

function replayBlock(number: number, { folder, session, options, report }: Replay): void {
  const original = readBlock(folder, number);
  const data = original.getData()?.getDataList_asU8() ?? [];
  offerPrivateData(number, data, { folder, session, options });
  const block = withoutVerdicts(original);
  const { problems } = report;
  try {
    session.commit(block);
  } catch (error) {
    problems.push(`block ${number}: refused: ${(error as Error).message}`);
    return;
  }
  const header = original.getHeader() as common.BlockHeader;
  if (!sameBytes(headerHash(header), session.lastHeaderHash)) problems.push(`block ${number}: header hash differs`);
  const wanted = original.getMetadata()?.getMetadataList_asU8() ?? [];
  const found = block.getMetadata()?.getMetadataList_asU8() ?? [];
  const codes = found[TRANSACTIONS_FILTER] ?? new Uint8Array();
  report.transactions += data.length;
  for (const [index, code] of codes.entries()) {
    report.codes[code] = (report.codes[code] ?? 0) + 1;
    const real = wanted[TRANSACTIONS_FILTER]?.[index];
    if (code !== real) problems.push(`block ${number} transaction ${index}: code ${code}, the peer says ${real}`);
  }
  const realHash = commitHashOf(wanted);
  if (!sameBytes(realHash, commitHashOf(found))) problems.push(`block ${number}: commit hash differs`);
}

function offerPrivateData(
  number: number,
  data: readonly Uint8Array[],
  { folder, session, options }: Pick<Replay, 'folder' | 'session' | 'options'>,
): void {
  for (const mspId of options.organizations) {
    for (const [index, rwset] of readPrivate(folder, number, mspId)) {
      const txId = tryChannelHeader(data[index] ?? new Uint8Array())?.txId;
      if (txId) session.writer.putTransient(txId, number, rwset);
    }
  }
}

/** Each organisation must hold what its real peer holds, but for sets that a purge stripped: no hash confirms those. */
function comparePrivateBlocks(number: number, { folder, session, options, report }: Replay): void {
  for (const mspId of options.organizations) {
    const wanted = new Map<string, Uint8Array>();
    for (const [tx, rwset] of readPrivate(folder, number, mspId)) {
      for (const part of parsePrivateRwSet(rwset)) wanted.set(`${tx}/${part.namespace}/${part.collection}`, part.bytes);
    }
    const place = `block ${number}, private data of ${mspId}`;
    for (const { tx, namespace, collection, rwset } of session.reader.getPrivateBlock(mspId, number)) {
      const name = `${tx}/${namespace}/${collection}`;
      const real = wanted.get(name);
      if (!real) report.problems.push(`${place}: the peer does not hold ${name}`);
      else if (!sameBytes(real, rwset)) report.problems.push(`${place}: ${name} differs`);
      wanted.delete(name);
    }
    const hashes = publicHashes(readBlock(folder, number));
    for (const [name, bytes] of wanted) {
      if (hashes.get(name) === sha256(bytes).toString('hex')) report.problems.push(`${place}: ${name} is missing`);
    }
  }
}

/** Hashes of private sets that the transactions of a block carry, in hex, by transaction, namespace and collection. */
function publicHashes(block: common.Block): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const [tx, envelope] of (block.getData()?.getDataList_asU8() ?? []).entries()) {
    for (const { namespace, collections } of rwSetOfEnvelope(envelope)) {
      for (const { name, pvtRwsetHash } of collections) {
        hashes.set(`${tx}/${namespace}/${name}`, Buffer.from(pvtRwsetHash).toString('hex'));
      }
    }
  }
  return hashes;
}

function readPrivate(folder: string, number: number, mspId: string): [number, Uint8Array][] {
  const file = join(folder, `${number}.${mspId}.private`);
  if (!existsSync(file)) return [];
  const held = peer.BlockAndPrivateData.deserializeBinary(readFileSync(file)).getPrivateDataMapMap();
  return [...held.entries()].map(([tx, rwset]) => [tx, rwset.serializeBinary()]);
}

/** The ledger options that a real channel's configuration stands for. */
function optionsFromGenesis(genesis: common.Block): LedgerOptions {
  const envelope = genesis.getData()?.getDataList_asU8()[0] ?? new Uint8Array();
  const { applicationOrganizations, ordererOrganizations } = parseChannelConfig(
    parsePayload(parseEnvelope(envelope).payload).data,
  );
  const pem = (certificates: Uint8Array[]) => Buffer.from(certificates[0] ?? []).toString('utf8');
  const definitions = [...ordererOrganizations, ...applicationOrganizations].map(({ msp }) => ({
    mspId: msp.name,
    caPem: pem(msp.rootCerts),
    tlsCaPem: pem(msp.tlsRootCerts),
  }));
  return {
    directory: ':memory:',
    channelId: tryChannelHeader(envelope)?.channelId ?? '',
    organizations: applicationOrganizations.map(({ msp }) => msp.name),
    mspManager: createMspManager(definitions),
  };
}

function readBlock(folder: string, number: number): common.Block {
  return common.Block.deserializeBinary(readFileSync(join(folder, `${number}.block`)));
}

/** The block as the orderer made it: what peers add is taken off. */
function withoutVerdicts(original: common.Block): common.Block {
  const block = original.clone();
  const entries = block.getMetadata()?.getMetadataList_asU8() ?? [];
  for (const index of [TRANSACTIONS_FILTER, COMMIT_HASH]) {
    if (index < entries.length) entries[index] = new Uint8Array();
  }
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList(entries);
  block.setMetadata(metadata);
  return block;
}

function commitHashOf(metadata: readonly Uint8Array[]): Uint8Array {
  const entry = metadata[COMMIT_HASH];
  return entry ? decode<MetadataMessage>(metadataSchema, entry).value : new Uint8Array();
}
