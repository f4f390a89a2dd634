import { type GatewayClient, openClient } from '@tangram/gateway/client.ts';
import type { OperationOutcome } from '@tangram/gateway/services/types.ts';
import { accountId, currency, customerId, depositId } from './accounts.ts';
import { giveKeys } from './customer-keys.ts';
import { demandAll } from './demand-all.ts';
import { createMixedSource, type MixedSource } from './mixed-source.ts';
import { runWindow, wait } from './pace.ts';
import { createPaymentSource, type Ending, type Payment } from './payment-source.ts';
import type { Load, LoadFigures, LoadRequest, LoadSpec } from './protocol.ts';

const requester = { kind: 'operator', subject: 'bench' } as const;
const openChunk = 2_000;
/** Details of one chunk are deposited while the accounts of another are opened. */
const openAtOnce = 3;
const busyMilliseconds = 20;
/** Said of what fits later: once the queue is shorter, the pair has settled, or another batch opens old rows. */
const laterCodes = ['GATEWAY_BUSY', 'PAYMENTS_LIMIT_EXCEEDED', 'LANE_REPLAY_FAR'];

type LaneSpec = Extract<LoadSpec, { kind: 'lanes' }>;

/** The gateway's client library in the bank's own role: this process is the bank's gateway while it runs. */
export async function openLaneLoad({ configFile, traffic, inFlight, chunk }: LaneSpec): Promise<Load> {
  const { bank } = traffic;
  const client = await openClient(configFile);
  const keys = traffic.isSigned ? await giveKeys(client, traffic) : undefined;
  const source = createPaymentSource(traffic, keys && { sign: keys.sign });
  if (traffic.isPlanted) await plant(client, bank, source.newPayment());

  const mixed = traffic.mixed && createMixedSource(traffic, source);

  async function sendMixed(own: MixedSource, count: number, figures: LoadFigures): Promise<void> {
    const drafts = Array.from({ length: count }, () => own.next());
    const [accounts, others] = [drafts.filter(({ account }) => account), drafts.filter(({ account }) => !account)];
    const outcomes = await Promise.all([
      accounts.length === 0
        ? []
        : client.accounts.open(
            accounts.flatMap(({ account }) => account ?? []),
            requester,
          ),
      client.submitOperations(
        bank,
        others.map(({ operation, request }) => ({ operation, request })),
        requester,
      ),
    ]);
    const endings = outcomes.flat().map(endingOf);
    [...accounts, ...others].forEach((draft, index) => {
      draft.settle(endings[index] as Ending, figures);
    });
    if (endings.some(({ kind }) => kind === 'busy')) await wait(busyMilliseconds);
  }

  async function send(count: number, figures: LoadFigures): Promise<void> {
    if (mixed) return sendMixed(mixed, count, figures);
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
      runWindow(
        { send, chunk, atOnce: Math.max(1, Math.round(inFlight / chunk)), waiting: (mixed ?? source).waiting },
        window,
      ),
    prepare: (preparation) => {
      keys?.use(preparation.algorithm);
      source.prepare(preparation);
    },
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
  const end = first + count;
  let next = first;
  const openMore = async () => {
    while (next < end) {
      const start = next;
      next = Math.min(end, start + openChunk);
      await openChunkOf(client, bank, { start, end: next, deposit, customers });
    }
  };
  await Promise.all(Array.from({ length: openAtOnce }, openMore));
  return count;
}

interface Chunk {
  start: number;
  end: number;
  deposit: string;
  customers: number;
}

async function openChunkOf(
  client: GatewayClient,
  bank: string,
  { start, end, deposit, customers }: Chunk,
): Promise<void> {
  const indexes = Array.from({ length: end - start }, (_, offset) => start + offset);
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

/** A payment that stands on the ledger and in nobody's books. */
async function plant(client: GatewayClient, bank: string, payment: Payment): Promise<void> {
  await demandAll(() => client.submitOperations(bank, [sendPayment(payment)], requester));
}
