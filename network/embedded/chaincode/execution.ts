import { peer } from '@hyperledger/fabric-protos';
import type { Simulator, StateIterator } from '../ledger/types.ts';
import type { ChaincodeMessage } from './wire.ts';

/** What one call of a chaincode may touch, and what the peer knows about it. */
export interface Execution {
  channelId: string;
  txId: string;
  namespace: string;
  isInit: boolean;
  simulator: Simulator;
  /** Serialised. */
  signedProposal: Uint8Array;
  /** Throws when the creator may not read (or write) the collection in clear. */
  checkCollectionAccess(collection: string, access: 'read' | 'write'): void;
  /** Calls another chaincode; the empty channel means the caller's own. */
  invoke(target: { name: string; channelId: string; input: peer.ChaincodeInput }): Promise<ChaincodeMessage>;
}

/** The peer side's state of an execution on a stream: its open iterators, and who waits for its end. */
export interface PendingExecution {
  execution: Execution;
  iterators: Map<string, OpenIterator>;
  finish(message: ChaincodeMessage): void;
  fail(error: Error): void;
}

/** Yields serialised query results (KV or KeyModification), one at a time. */
export interface OpenIterator {
  next(): Uint8Array | undefined;
  bookmark(): string;
  close(): void;
  /** Read ahead of the last answer, waiting for the next. */
  pending: Uint8Array[];
  returned: number;
}

const batchSize = 100;
/** ledger.state.totalQueryLimit of a peer. */
export const totalQueryLimit = 100_000;

/** Wraps a simulator's iterator; `encode` turns an element into its query result message. */
export function openIterator<T>(
  source: { next(): T | undefined; close(): void } & Partial<Pick<StateIterator, 'bookmark'>>,
  encode: (element: T) => Uint8Array,
): OpenIterator {
  return {
    next() {
      const element = source.next();
      return element === undefined ? undefined : encode(element);
    },
    bookmark: () => source.bookmark?.() ?? '',
    close: () => source.close(),
    pending: [],
    returned: 0,
  };
}

/** The next answer of an iterator: at most 100 results, one read ahead, as a peer batches them; a page is answered whole. */
export function answerQuery(
  iterators: Map<string, OpenIterator>,
  id: string,
  page: { isPaginated: boolean; limit: number },
): Uint8Array {
  const iterator = iterators.get(id);
  if (!iterator) throw new Error('query iterator not found');
  const response = new peer.QueryResponse();
  response.setId(id);
  while (iterator.returned < page.limit) {
    const result = iterator.next();
    if (!result) break;
    iterator.returned++;
    if (!page.isPaginated && iterator.pending.length === batchSize) {
      fillResults(response, iterator);
      iterator.pending.push(result);
      response.setHasMore(true);
      return response.serializeBinary();
    }
    iterator.pending.push(result);
  }
  fillResults(response, iterator);
  if (page.isPaginated) {
    const metadata = new peer.QueryResponseMetadata();
    metadata.setFetchedRecordsCount(iterator.returned);
    metadata.setBookmark(iterator.bookmark());
    response.setMetadata(metadata.serializeBinary());
  }
  iterators.delete(id);
  iterator.close();
  return response.serializeBinary();
}

function fillResults(response: peer.QueryResponse, iterator: OpenIterator): void {
  for (const bytes of iterator.pending) {
    const result = new peer.QueryResultBytes();
    result.setResultbytes(bytes);
    response.addResults(result);
  }
  iterator.pending = [];
}

/** Closes what an execution left open. */
export function closeIterators(pending: PendingExecution): void {
  for (const iterator of pending.iterators.values()) iterator.close();
  pending.iterators.clear();
}

/** The response a chaincode completed with, or the error a peer makes of anything else. */
export function readCompletion(txId: string, { type, payload }: ChaincodeMessage): peer.Response {
  if (type === peer.ChaincodeMessage.Type.COMPLETED) return peer.Response.deserializeBinary(payload);
  if (type === peer.ChaincodeMessage.Type.ERROR) {
    throw new Error(`transaction returned with failure: ${Buffer.from(payload).toString()}`);
  }
  throw new Error(`unexpected response type ${type} for transaction ${txId}`);
}
