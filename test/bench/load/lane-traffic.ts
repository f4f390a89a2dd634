import type { GatewayClient, OperationOutcome } from '@tangram/gateway/client.ts';
import { giveKeys } from './customer-keys.ts';
import { demandAll } from './demand-all.ts';
import { openLoans } from './loans.ts';
import { createMixedSource, type MixedSource } from './mixed-source.ts';
import { runWindow, wait } from './pace.ts';
import { createPaymentSource, type Ending, type Payment } from './payment-source.ts';
import type { LaneSpec, Load, LoadFigures } from './protocol.ts';

const requester = { kind: 'operator', subject: 'bench' } as const;
const busyMilliseconds = 20;
/** Said of what fits later: once the queue is shorter, the pair has settled, or another batch opens old rows. */
const laterCodes = ['GATEWAY_BUSY', 'PAYMENTS_LIMIT_EXCEEDED', 'LANE_REPLAY_FAR'];

/** What a bank's customers do, handed to the client library in chunks. */
export async function createLaneTraffic(
  client: GatewayClient,
  { traffic, inFlight, chunk }: LaneSpec,
): Promise<Required<Pick<Load, 'run' | 'prepare' | 'books' | 'openLoans'>>> {
  const { bank } = traffic;
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
    books: () => ({ ...source.books(), uncertain: (mixed ?? source).waiting() }),
    openLoans: (count) => openLoans(client, traffic, { count, source }),
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

/** A payment that stands on the ledger and in nobody's books. */
async function plant(client: GatewayClient, bank: string, payment: Payment): Promise<void> {
  await demandAll(() => client.submitOperations(bank, [sendPayment(payment)], requester));
}
