import { ledger, peer } from '@hyperledger/fabric-protos';
import timestampProtos from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { KeyModification, KeyValue } from '../ledger/types.ts';
import { answerQuery, type Execution, openIterator, type PendingExecution, totalQueryLimit } from './execution.ts';

type Handler = (payload: Uint8Array, pending: PendingExecution) => Uint8Array | Promise<Uint8Array>;

const { Type } = peer.ChaincodeMessage;
const nothing = new Uint8Array(0);
let lastIteratorId = 0;

function refusePrivateInInit(execution: Execution): void {
  if (execution.isInit) throw new Error('private data APIs are not allowed in chaincode Init()');
}

/** True for a collection the creator may use; the empty name is public state. */
function usesCollection(execution: Execution, collection: string, access: 'read' | 'write'): boolean {
  if (!collection) return false;
  refusePrivateInInit(execution);
  execution.checkCollectionAccess(collection, access);
  return true;
}

function getState(payload: Uint8Array, { execution }: PendingExecution): Uint8Array {
  const request = peer.GetState.deserializeBinary(payload);
  const { namespace, simulator } = execution;
  const collection = request.getCollection();
  const key = request.getKey();
  const value = usesCollection(execution, collection, 'read')
    ? simulator.getPrivate({ namespace, collection, key })
    : simulator.getState(namespace, key);
  return value ?? nothing;
}

function getStateMultiple(payload: Uint8Array, { execution }: PendingExecution): Uint8Array {
  const request = peer.GetStateMultiple.deserializeBinary(payload);
  const { namespace, simulator } = execution;
  const collection = request.getCollection();
  const values = usesCollection(execution, collection, 'read')
    ? simulator.getPrivateMultiple(namespace, collection, request.getKeysList())
    : simulator.getStateMultiple(namespace, request.getKeysList());
  const result = new peer.GetStateMultipleResult();
  result.setValuesList(values.map((value) => value ?? nothing));
  return result.serializeBinary();
}

function getPrivateDataHash(payload: Uint8Array, { execution }: PendingExecution): Uint8Array {
  const request = peer.GetState.deserializeBinary(payload);
  refusePrivateInInit(execution);
  const at = { namespace: execution.namespace, collection: request.getCollection(), key: request.getKey() };
  return execution.simulator.getPrivateHash(at) ?? nothing;
}

function getStateMetadata(payload: Uint8Array, { execution }: PendingExecution): Uint8Array {
  const request = peer.GetStateMetadata.deserializeBinary(payload);
  const { namespace, simulator } = execution;
  const collection = request.getCollection();
  const key = request.getKey();
  const metadata = usesCollection(execution, collection, 'read')
    ? simulator.getPrivateMetadata({ namespace, collection, key })
    : simulator.getStateMetadata(namespace, key);
  const result = new peer.StateMetadataResult();
  for (const [name, value] of Object.entries(metadata)) {
    const entry = new peer.StateMetadata();
    entry.setMetakey(name);
    entry.setValue(value);
    result.addEntries(entry);
  }
  return result.serializeBinary();
}

/** One write, in the shape all write messages and write batches share. */
interface Write {
  collection: string;
  key: string;
}

function putState(execution: Execution, { collection, key }: Write, value: Uint8Array): void {
  const { namespace, simulator } = execution;
  if (usesCollection(execution, collection, 'write')) simulator.putPrivate({ namespace, collection, key }, value);
  else simulator.putState(namespace, key, value);
}

function delState(execution: Execution, { collection, key }: Write): void {
  const { namespace, simulator } = execution;
  if (usesCollection(execution, collection, 'write')) simulator.delPrivate({ namespace, collection, key });
  else simulator.delState(namespace, key);
}

function purge(execution: Execution, { collection, key }: Write): void {
  if (!collection) throw new Error('only applicable for private data');
  usesCollection(execution, collection, 'write');
  execution.simulator.purgePrivate({ namespace: execution.namespace, collection, key });
}

function putMetadata(execution: Execution, { collection, key }: Write, metadata: peer.StateMetadata | undefined): void {
  const entries = { [metadata?.getMetakey() ?? '']: metadata?.getValue_asU8() ?? nothing };
  const { namespace, simulator } = execution;
  if (usesCollection(execution, collection, 'write')) {
    simulator.setPrivateMetadata({ namespace, collection, key }, entries);
  } else simulator.setStateMetadata(namespace, key, entries);
}

function writeBatch(payload: Uint8Array, { execution }: PendingExecution): Uint8Array {
  for (const record of peer.WriteBatchState.deserializeBinary(payload).getRecList()) {
    const at = { collection: record.getCollection(), key: record.getKey() };
    const types = peer.WriteRecord.Type;
    const type = record.getType();
    if (type === types.PUT_STATE) putState(execution, at, record.getValue_asU8());
    else if (type === types.DEL_STATE) delState(execution, at);
    else if (type === types.PURGE_PRIVATE_DATA) purge(execution, at);
    else if (type === types.PUT_STATE_METADATA) putMetadata(execution, at, record.getMetadata());
    else throw new Error('unknown operation type');
  }
  return nothing;
}

function encodeKeyValue(namespace: string): (pair: KeyValue) => Uint8Array {
  return ({ key, value }) => {
    const result = new ledger.queryresult.KV();
    result.setNamespace(namespace);
    result.setKey(key);
    result.setValue(value);
    return result.serializeBinary();
  };
}

function encodeModification({ txId, value, timestamp, isDelete }: KeyModification): Uint8Array {
  const result = new ledger.queryresult.KeyModification();
  result.setTxId(txId);
  result.setValue(value);
  const time = new timestampProtos.Timestamp();
  time.setSeconds(timestamp.seconds);
  time.setNanos(timestamp.nanos);
  result.setTimestamp(time);
  result.setIsDelete(isDelete);
  return result.serializeBinary();
}

function getStateByRange(payload: Uint8Array, pending: PendingExecution): Uint8Array {
  const request = peer.GetStateByRange.deserializeBinary(payload);
  const { execution, iterators } = pending;
  const { namespace, simulator } = execution;
  const page = peer.QueryMetadata.deserializeBinary(request.getMetadata_asU8());
  const pageSize = page.getPagesize();
  const collection = request.getCollection();
  const range = { namespace, startKey: request.getStartkey(), endKey: request.getEndkey() };
  const isPrivate = usesCollection(execution, collection, 'read');
  const isPaginated = !isPrivate && (pageSize !== 0 || page.getBookmark() !== '');
  const source = isPrivate
    ? simulator.getPrivateRange({ ...range, collection })
    : simulator.getStateRange(isPaginated ? { ...range, pageSize, bookmark: page.getBookmark() } : range);
  const id = String(++lastIteratorId);
  iterators.set(id, openIterator(source, encodeKeyValue(namespace)));
  const limit = pageSize > 0 ? Math.min(pageSize, totalQueryLimit) : totalQueryLimit;
  return answerQuery(iterators, id, { isPaginated, limit });
}

function getHistory(payload: Uint8Array, { execution, iterators }: PendingExecution): Uint8Array {
  const key = peer.GetHistoryForKey.deserializeBinary(payload).getKey();
  const id = String(++lastIteratorId);
  iterators.set(id, openIterator(execution.simulator.getHistory(execution.namespace, key), encodeModification));
  return answerQuery(iterators, id, { isPaginated: false, limit: totalQueryLimit });
}

function getQueryResult(payload: Uint8Array, { execution }: PendingExecution): Uint8Array {
  usesCollection(execution, peer.GetQueryResult.deserializeBinary(payload).getCollection(), 'read');
  throw new Error('ExecuteQuery not supported for leveldb');
}

function closeQuery(payload: Uint8Array, { iterators }: PendingExecution): Uint8Array {
  const id = peer.QueryStateClose.deserializeBinary(payload).getId();
  iterators.get(id)?.close();
  iterators.delete(id);
  const response = new peer.QueryResponse();
  response.setId(id);
  return response.serializeBinary();
}

async function invokeChaincode(payload: Uint8Array, { execution }: PendingExecution): Promise<Uint8Array> {
  const spec = peer.ChaincodeSpec.deserializeBinary(payload);
  // The name may be composite, name:version/channel; the version is not used.
  const [nameAndVersion = '', channelId = ''] = (spec.getChaincodeId()?.getName() ?? '').split(/\/(.*)/s);
  const name = nameAndVersion.split(':')[0] ?? '';
  const message = await execution.invoke({ name, channelId, input: spec.getInput() ?? new peer.ChaincodeInput() });
  return message.bytes;
}

/** How the peer answers each message of the shim, by type; an error becomes an ERROR message. */
export const messageHandlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [Type.GET_STATE, getState],
  [Type.GET_STATE_MULTIPLE, getStateMultiple],
  [Type.GET_PRIVATE_DATA_HASH, getPrivateDataHash],
  [Type.GET_STATE_METADATA, getStateMetadata],
  [Type.GET_STATE_BY_RANGE, getStateByRange],
  [Type.GET_HISTORY_FOR_KEY, getHistory],
  [Type.GET_QUERY_RESULT, getQueryResult],
  [Type.QUERY_STATE_CLOSE, closeQuery],
  [Type.INVOKE_CHAINCODE, invokeChaincode],
  [Type.WRITE_BATCH_STATE, writeBatch],
  [
    Type.QUERY_STATE_NEXT,
    (payload, { iterators }) =>
      answerQuery(iterators, peer.QueryStateNext.deserializeBinary(payload).getId(), {
        isPaginated: false,
        limit: totalQueryLimit,
      }),
  ],
  [
    Type.PUT_STATE,
    (payload, { execution }) => {
      const request = peer.PutState.deserializeBinary(payload);
      putState(execution, { collection: request.getCollection(), key: request.getKey() }, request.getValue_asU8());
      return nothing;
    },
  ],
  [
    Type.DEL_STATE,
    (payload, { execution }) => {
      const request = peer.DelState.deserializeBinary(payload);
      delState(execution, { collection: request.getCollection(), key: request.getKey() });
      return nothing;
    },
  ],
  [
    Type.PURGE_PRIVATE_DATA,
    (payload, { execution }) => {
      const request = peer.PurgePrivateState.deserializeBinary(payload);
      purge(execution, { collection: request.getCollection(), key: request.getKey() });
      return nothing;
    },
  ],
  [
    Type.PUT_STATE_METADATA,
    (payload, { execution }) => {
      const request = peer.PutStateMetadata.deserializeBinary(payload);
      putMetadata(execution, { collection: request.getCollection(), key: request.getKey() }, request.getMetadata());
      return nothing;
    },
  ],
]);
