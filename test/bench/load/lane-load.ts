import { type GatewayClient, openClient } from '@tangram/gateway/client.ts';
import type { OperationOutcome } from '@tangram/gateway/services/types.ts';
import { accountId, currency, customerId, depositId } from './accounts.ts';
import { runWindow, wait } from './pace.ts';
import { createPaymentSource, type Ending, type Payment } from './payment-source.ts';
import type { Load, LoadFigures, LoadRequest, LoadSpec } from './protocol.ts';

const requester = { kind: 'operator', subject: 'bench' } as const;
const openChunk = 2_000;
const busyMilliseconds = 20;
/** Said of what fits later: once the queue is shorter, or the pair has settled. */
const laterCodes = ['GATEWAY_BUSY', 'PAYMENTS_LIMIT_EXCEEDED'];

type LaneSpec = Extract<LoadSpec, { kind: 'lanes' }>;

/** The gateway's client library in the bank's own role: this process is the bank's gateway while it runs. */
export async function openLaneLoad({ configFile, traffic, inFlight, chunk }: LaneSpec): Promise<Load> {
  const { bank } = traffic;
  const client = await openClient(configFile);
  const source = createPaymentSource(traffic);
  if (traffic.isPlanted) await plant(client, bank, source.newPayment());

  async function send(count: number, figures: LoadFigures): Promise<void> {
    const drafts = Array.from({ length: count }, () => source.next());
    const outcomes = await client.submitOperations(
      bank,
      drafts.map(({ payment }) => sendPayment(payment)),
      requester,
    );
    let isBusy = false;
    drafts.forEach((draft, index) => {
      const ending = endingOf(outcomes[index]);
      isBusy ||= ending.kind === 'busy';
      if (source.settle(draft, ending, figures)) source.retry(draft);
    });
    if (isBusy) await wait(busyMilliseconds);
  }

  return {
    run: (window) =>
      runWindow({ send, chunk, atOnce: Math.max(1, Math.round(inFlight / chunk)), waiting: source.waiting }, window),
    books: source.books,
    openAccounts: (request) => openAccounts(client, bank, request),
    appliedBlock: () => client.health().readModelBlock,
    stop: () => client.stop(),
  };
}

const sendPayment = (payment: Payment) => ({ operation: 'payments:sendPayment', request: { ...payment } });

/** How an operation ended, as the load's books put it. */
export function endingOf(outcome: OperationOutcome | undefined): Ending {
  if (outcome === undefined) return { kind: 'again', code: 'NO_OUTCOME' };
  if (outcome.outcome === 'accepted' || outcome.outcome === 'replayed') return { kind: outcome.outcome };
  const { code } = outcome;
  if (laterCodes.includes(code)) return { kind: 'busy', code };
  return { kind: outcome.outcome === 'refused' ? 'refused' : 'again', code };
}

/** Opens numbered accounts of the bank, each with its details and a deposit; many in one batch. */
async function openAccounts(
  client: GatewayClient,
  bank: string,
  { first, count, deposit, customers }: Extract<LoadRequest, { kind: 'openAccounts' }>,
): Promise<number> {
  for (let start = first; start < first + count; start += openChunk) {
    const indexes = Array.from({ length: Math.min(openChunk, first + count - start) }, (_, offset) => start + offset);
    const accounts = indexes.map((index) => ({
      accountId: accountId(bank, index),
      name: `Customer ${index % customers}`,
      currency,
      customerId: customerId(bank, index % customers),
    }));
    await demandAll(() => client.accounts.open(accounts, requester));
    await demandAll(() =>
      client.submitOperations(
        bank,
        accounts.map((account) => ({
          operation: 'accounts:deposit',
          request: {
            depositId: depositId(account.accountId),
            accountId: account.accountId,
            amount: { amount: deposit, currency },
          },
        })),
        requester,
      ),
    );
  }
  return count;
}

/** Submits until every operation is accepted; repetitions are harmless. Throws with what was refused. */
async function demandAll(submit: () => Promise<OperationOutcome[]>): Promise<void> {
  for (;;) {
    const open = (await submit()).filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'replayed');
    const refused = open.find(({ outcome }) => outcome === 'refused');
    if (refused) throw new Error(`The accounts cannot be opened: ${JSON.stringify(refused)}`);
    if (open.length === 0) return;
    await wait(busyMilliseconds);
  }
}

/** A payment that stands on the ledger and in nobody's books. */
async function plant(client: GatewayClient, bank: string, payment: Payment): Promise<void> {
  await demandAll(() => client.submitOperations(bank, [sendPayment(payment)], requester));
}
