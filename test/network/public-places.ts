import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { decodeBatchRow } from '@tangram/network/ledger-format/batch-row.ts';
import { blocksOf, type RunningLedger } from '../auditor/network-blocks.ts';
import { rwsetsOf, transactionsOf } from '../conformance/blocks.ts';
import { takeApartEnvelope } from '../conformance/envelope.ts';

const { kvrwset } = ledger.rwset;

/** Everything that every member of the channel can read, by where it stands. */
export interface PublicPlaces {
  blocks: Buffer[];
  arguments: Buffer[];
  keys: Buffer[];
  values: Buffer[];
  /** Rows of batches, decoded: numbers stand there in digits. */
  rows: Buffer[];
  events: Buffer[];
  responses: Buffer[];
  /** Of private data: hashes of keys and of values. */
  privateHashes: Buffer[];
}

/** Reads every block of the finance channel and takes it apart. */
export async function publicPlaces(running: RunningLedger): Promise<PublicPlaces> {
  const places: PublicPlaces = {
    ...{ blocks: [], arguments: [], keys: [], values: [], rows: [], events: [], responses: [], privateHashes: [] },
  };
  for await (const bytes of blocksOf(running)) {
    places.blocks.push(Buffer.from(bytes));
    for (const { type, envelope } of transactionsOf(common.Block.deserializeBinary(bytes))) {
      if (type === common.HeaderType.ENDORSER_TRANSACTION) addTransaction(places, envelope);
    }
  }
  return places;
}

function addTransaction(places: PublicPlaces, envelope: common.Envelope): void {
  const { actionPayload, chaincodeAction } = takeApartEnvelope(envelope);
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(actionPayload.getChaincodeProposalPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  places.arguments.push(...(spec?.getInput()?.getArgsList_asU8() ?? []).map((one) => Buffer.from(one)));
  places.events.push(Buffer.from(chaincodeAction.getEvents_asU8()));
  places.responses.push(Buffer.from(chaincodeAction.getResponse()?.serializeBinary() ?? []));
  for (const { public: own, collections } of Object.values(rwsetsOf(envelope))) {
    for (const write of own.getWritesList()) addWrite(places, write);
    for (const collection of collections) {
      const hashes = kvrwset.HashedRWSet.deserializeBinary(collection.getHashedRwset_asU8());
      for (const write of hashes.getHashedWritesList()) {
        places.privateHashes.push(Buffer.from(write.getKeyHash_asU8()), Buffer.from(write.getValueHash_asU8()));
      }
    }
  }
}

function addWrite(places: PublicPlaces, write: ledger.rwset.kvrwset.KVWrite): void {
  const value = Buffer.from(write.getValue_asU8());
  places.keys.push(Buffer.from(write.getKey()));
  places.values.push(value);
  if (!write.getKey().startsWith('lane/0/batch/')) return;
  const digits = (_: string, given: unknown) => (typeof given === 'bigint' ? `${given}` : given);
  places.rows.push(Buffer.from(JSON.stringify(decodeBatchRow(value), digits)));
}

/** How a planted value may be written: as text, hex or base64 wherever it begins, and, a number, in its bytes. */
export function writingsOf(value: string): Buffer[] {
  const text = Buffer.from(value);
  const hex = text.toString('hex');
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), text]).toString('base64');
    // The first and last letters depend on what stands beside.
    return encoded.slice(Math.ceil((shift * 4) / 3), -4);
  });
  const texts = [
    text,
    Buffer.from(value, 'utf16le'),
    hex,
    hex.toUpperCase(),
    ...base64,
    JSON.stringify(value).slice(1, -1),
  ];
  const escaped = value.replaceAll(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [...texts, escaped, ...(/^\d+$/.test(value) ? numbersOf(BigInt(value)) : [])].map((one) => Buffer.from(one));
}

function numbersOf(number: bigint): Buffer[] {
  const digits = number.toString(16);
  const big = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const variable: number[] = [];
  for (let rest = number; rest > 0n; rest >>= 7n) variable.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
  return [big, Buffer.from(big.toReversed()), Buffer.from(variable)];
}

/** Whether bytes hold a value in any of its writings. */
export const holdsValue = (bytes: Buffer, value: string): boolean =>
  writingsOf(value).some((writing) => bytes.includes(writing));
