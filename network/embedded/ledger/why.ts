import { common, peer } from '@hyperledger/fabric-protos';
import { byteKey, keyBytes } from './hashing.ts';
import type { Reader } from './store/reader.ts';
import { tryChannelHeader } from './transaction.ts';
import type { Version, Why } from './types.ts';
import type { Reason } from './validation/validate-block.ts';

const codeNames = new Map(Object.entries(peer.TxValidationCode).map(([name, code]) => [code as number, name]));

/** Explains a committed transaction: for an invalid one what was read, what was found, who wrote it, who did not sign. */
export function explainTransaction(reader: Reader, txId: string): Why | undefined {
  const location = reader.locate(txId);
  if (!location) return undefined;
  const { block, tx, code } = location;
  const head = { txId, block, tx, code, codeName: codeNames.get(code) ?? String(code) };
  const row = code === 0 ? undefined : reader.getReason(txId);
  if (!row) return { ...head, reason: 'the transaction is valid' };
  const { reason, conflict, policy } = JSON.parse(row.detail) as Reason;
  return {
    ...head,
    reason,
    ...(conflict && {
      conflict: {
        namespace: conflict.namespace,
        ...(conflict.collection !== undefined && { collection: conflict.collection }),
        key: conflict.key,
        versionRead: conflict.versionRead,
        versionFound: conflict.versionFound,
        writtenBy: writerOf(reader, conflict, head),
      },
    }),
    ...(policy?.report && {
      policy: {
        namespace: policy.namespace,
        ...(policy.collection !== undefined && { collection: policy.collection }),
        ...(policy.key !== undefined && { key: policy.key }),
        report: policy.report,
      },
    }),
  };
}

function writerOf(reader: Reader, conflict: NonNullable<Reason['conflict']>, before: Version): string | undefined {
  const found = conflict.versionFound ?? lastWrite(reader, conflict, before);
  if (!found) return undefined;
  const bytes = reader.getBlock(found.block);
  const envelope = bytes && common.Block.deserializeBinary(bytes).getData()?.getDataList_asU8()[found.tx];
  return envelope && tryChannelHeader(envelope)?.txId;
}

// A deleted key has no version any more; the history still knows who deleted it.
function lastWrite(
  reader: Reader,
  { namespace, collection, key }: NonNullable<Reason['conflict']>,
  before: Version,
): Version | undefined {
  if (collection !== undefined) return undefined;
  return reader
    .history(namespace, keyBytes(byteKey(key)))
    .find(({ block, tx }) => block < before.block || (block === before.block && tx < before.tx));
}
