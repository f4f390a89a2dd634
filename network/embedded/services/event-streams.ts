import * as grpc from '@grpc/grpc-js';
import { LedgerReverted } from '../events/block-feed.ts';
import type { Faults } from '../faults.ts';
import { RpcError } from '../gateway/rpc-error.ts';

type WritableCall<Message> = grpc.ServerWritableStream<unknown, Message> | grpc.ServerDuplexStream<unknown, Message>;

/** Streams of events to clients: written at the client's pace, and breakable by a fault. */
export interface EventStreams {
  /** Writes what the source yields until it ends, fails, or the client leaves; then ends the call unless it is to stay open. */
  serve<Message>(
    call: WritableCall<Message>,
    mspId: string,
    source: (signal: AbortSignal) => AsyncIterable<Message>,
  ): Promise<void>;
}

/** Keeps count of the open streams, so that the fault `lose-events` can break them. */
export function createEventStreams(faults: Faults): EventStreams {
  const open = new Set<{ mspId: string; lose(): void }>();
  faults.onAdd((fault) => {
    if (fault.kind !== 'lose-events') return;
    for (const stream of open) if (!fault.mspId || fault.mspId === stream.mspId) stream.lose();
  });

  return {
    async serve(call, mspId, source) {
      const abort = new AbortController();
      let isLost = faults.strike('lose-events', { mspId }) !== undefined;
      const entry = {
        mspId,
        lose() {
          isLost = true;
          abort.abort();
        },
      };
      open.add(entry);
      call.on('cancelled', () => abort.abort());
      call.on('close', () => abort.abort());
      call.on('error', () => abort.abort());
      try {
        if (isLost) abort.abort();
        for await (const message of source(abort.signal)) {
          if (abort.signal.aborted) break;
          if (!call.write(message)) await drained(call, abort.signal);
        }
        if (isLost) throw new RpcError(grpc.status.UNAVAILABLE, 'the event stream was lost');
        call.end();
      } catch (error) {
        call.emit('error', toStatus(error));
      } finally {
        open.delete(entry);
      }
    },
  };
}

function toStatus(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof RpcError) return { code: error.code, details: error.message, metadata: error.metadata };
  if (error instanceof LedgerReverted) return { code: grpc.status.ABORTED, details: error.message };
  return { code: grpc.status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}

function drained(call: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    call.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
