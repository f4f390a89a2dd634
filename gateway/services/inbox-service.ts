import { setTimeout as sleep } from 'node:timers/promises';
import { errors as paymentErrors } from '@tangram/chaincode/payments/errors.ts';
import type { ServiceReadModel } from '../read-model/read-model.ts';
import type { OperationService } from './types.ts';

export interface InboxOptions {
  bank: string;
  /** Every other bank that may have sent something. */
  senders: string[];
  operations: OperationService;
  readModel: ServiceReadModel;
  signal: AbortSignal;
  onProblem: (message: string, error?: unknown) => void;
}

/** Rows asked for at a time. The ledger takes as many of them as a batch can hold, one at least. */
const ROWS_MAX = 20;
const RETRY_MILLISECONDS_MAX = 5_000;

/**
 * Receives what other banks' outboxes hold for this bank. Each sender has a loop of its own: one that is down, or
 * whose rows cannot be read, holds nobody else up.
 */
export function startInbox(options: InboxOptions): void {
  for (const sender of options.senders) void receiveFrom(options, sender);
}

async function receiveFrom(options: InboxOptions, sender: string): Promise<void> {
  const { bank, readModel, signal } = options;
  let failures = 0;
  /** As the ledger has answered: the read model may be seconds behind, and asking again would be refused. */
  let answered = 0;
  while (!signal.aborted) {
    const { lanes } = readModel.network();
    const written = lanes.get(sender)?.counters.outbox[bank] ?? 0;
    // A ledger that was begun anew has fewer rows than were once received.
    if (written < answered) answered = 0;
    const received = Math.max(answered, lanes.get(bank)?.counters.inbox[sender] ?? 0);
    if (written <= received) {
      await nextBlock(readModel, signal);
      continue;
    }
    // After a failure one row alone, which may pass where several together are too much.
    const upTo = Math.min(written, received + (failures === 0 ? ROWS_MAX : 1));
    const last = await receive(options, { sender, upTo });
    failures = last === undefined ? failures + 1 : 0;
    answered = last ?? answered;
    if (failures === 0) continue;
    const pause = Math.min(50 * 2 ** failures, RETRY_MILLISECONDS_MAX);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** The last row that is received now; undefined when that is not known. */
async function receive(
  { operations, onProblem }: InboxOptions,
  { sender, upTo }: { sender: string; upTo: number },
): Promise<number | undefined> {
  const [outcome] = await operations.submit([
    {
      operation: 'payments:receive',
      request: { from: sender, upTo },
      requester: { kind: 'system', subject: 'inbox' },
    },
  ]);
  if (outcome?.outcome === 'accepted') return Number(outcome.result.upTo);
  // Received by another gateway of the bank, or before an answer that was lost.
  if (outcome?.outcome === 'refused' && outcome.code === paymentErrors.NOTHING_TO_RECEIVE.code)
    return Number(outcome.params.inboxIndex);
  onProblem(`receiving from ${sender} up to row ${upTo} was not booked`, outcome);
  return undefined;
}

/** Resolves after the next applied block. */
function nextBlock(readModel: ServiceReadModel, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = readModel.subscribe(done);
    signal.addEventListener('abort', done, { once: true });
  });
}
