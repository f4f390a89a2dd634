import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { metadata, rwsetsOf, transactionsOf } from './blocks.ts';

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const field = (number: number, bytes: Uint8Array): Buffer =>
  bytes.length ? Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]) : Buffer.alloc(0);

/** A number as a length byte and its significant bytes, so that byte order is number order. */
function orderPreserving(value: number): Buffer {
  const digits = value.toString(16);
  const bytes = value === 0 ? Buffer.alloc(0) : Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

interface Update {
  value: Uint8Array | undefined;
  version: Buffer;
}

/** The public updates of a block's valid transactions, the last writer of a key winning. Hashed and metadata writes are not known to it. */
function updatesOf(block: common.Block): Map<string, Map<string, Update>> {
  const number = block.getHeader()?.getNumber() ?? 0;
  const namespaces = new Map<string, Map<string, Update>>();
  for (const [index, { code, envelope }] of transactionsOf(block).entries()) {
    if (code !== 'VALID') continue;
    const version = Buffer.concat([orderPreserving(number), orderPreserving(index)]);
    for (const [namespace, { public: set }] of Object.entries(rwsetsOf(envelope))) {
      for (const write of set.getWritesList()) {
        const updates = namespaces.get(namespace) ?? new Map<string, Update>();
        updates.set(write.getKey(), { value: write.getIsDelete() ? undefined : write.getValue_asU8(), version });
        namespaces.set(namespace, updates);
      }
    }
  }
  return namespaces;
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function updateBytes(block: common.Block): Buffer {
  const parts: Buffer[] = [];
  const namespaces = updatesOf(block);
  for (const namespace of [...namespaces.keys()].sort(byteOrder)) {
    const updates = namespaces.get(namespace) as Map<string, Update>;
    for (const [index, key] of [...updates.keys()].sort(byteOrder).entries()) {
      const { value, version } = updates.get(key) as Update;
      const write = Buffer.concat([
        index === 0 ? field(1, Buffer.from(namespace)) : Buffer.alloc(0),
        field(3, Buffer.from(key)),
        value ? field(5, value) : Buffer.from([0x20, 0x01]),
        field(6, version),
      ]);
      parts.push(field(1, write));
    }
  }
  return Buffer.concat(parts);
}

/**
 * The commit hash of a block with public writes only, from the one before it: SHA-256 over the length of the validation
 * filter, the filter, the sorted updates and the previous commit hash. Written from Fabric's definition, apart from the
 * embedded ledger, so that one checks the other.
 */
export function recomputeCommitHash(block: common.Block, previous: Uint8Array): Buffer {
  const filter = metadata(block, common.BlockMetadataIndex.TRANSACTIONS_FILTER);
  return createHash('sha256')
    .update(varint(filter.length))
    .update(filter)
    .update(updateBytes(block))
    .update(previous)
    .digest();
}
