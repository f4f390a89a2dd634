import type { ClientOperation } from '@tangram/gateway/client.ts';
import { bankOf, currency } from './accounts.ts';
import { createPaymentSource, type Ending, type Payment, type PaymentSource } from './payment-source.ts';
import type { LoadFigures, Traffic } from './protocol.ts';
import { uuidv7 } from './uuid.ts';

/** An operation of any module, and what to note when it is accepted. */
export interface MixedDraft {
  operation: string;
  request: ClientOperation['request'];
  /** An account's private details, which are deposited before it is opened. */
  account?: { accountId: string; name: string; currency: string };
  settle(ending: Ending, figures: LoadFigures): void;
}

const holdDays = 7;
/** One draw in four stayed in its bank: so often it is drawn until there is none to reverse. */
const drawsMax = 64;
/** Twice what a source remembers: what was reversed before that is not met again. */
const reversedMax = 8_192;

/** The mixed load of one bank: accounts opened, payments, holds that are made and posted, payments reversed. */
export function createMixedSource(traffic: Traffic, source: PaymentSource = createPaymentSource(traffic)) {
  const { bank } = traffic;
  const mixed = traffic.mixed ?? { accounts: 0, holds: 0, reversals: 0 };
  const held: Payment[] = [];
  const reversed = new Set<string>();
  const waiting: MixedDraft[] = [];

  /** Accepted operations count alike, their ids are new; what is not certain is sent again. */
  function draft(made: Omit<MixedDraft, 'settle'>, onAccepted: () => void): MixedDraft {
    const own: MixedDraft = {
      ...made,
      settle(ending, figures) {
        if (ending.kind === 'accepted' || ending.kind === 'replayed') {
          figures.accepted += 1;
          onAccepted();
        } else if (ending.kind === 'again' || ending.kind === 'busy' || ending.kind === 'aborted') {
          figures[ending.kind === 'again' ? 'resent' : ending.kind] += 1;
          waiting.push(own);
        } else {
          const found = ending.kind === 'refused' ? ending.code : ending.kind;
          figures.problems.push(
            `${made.operation} should be accepted and is ${found}: ${JSON.stringify(made.request)}`,
          );
        }
      },
    };
    return own;
  }

  function openAccount(): MixedDraft {
    const accountId = `${bank}-x${uuidv7().replaceAll('-', '').slice(0, 24)}`;
    const account = { accountId, name: 'Newcomer', currency };
    return draft({ operation: 'accounts:openAccount', request: { accountId, currency }, account }, () => {});
  }

  /** Every second one posts what another one holds. */
  function holdOrPost(): MixedDraft {
    const open = held.pop();
    if (open) {
      return draft({ operation: 'payments:postHold', request: { holdId: open.paymentId } }, () => source.move(open));
    }
    const payment = source.newPayment();
    const { paymentId: holdId, ...rest } = payment;
    const expiresAt = new Date(Date.now() + holdDays * 86_400_000).toISOString();
    return draft({ operation: 'payments:holdFunds', request: { holdId, ...rest, expiresAt } }, () =>
      held.push(payment),
    );
  }

  /** A payment within the bank, once: across banks it would be a request to the other one. */
  function reverse(): MixedDraft | undefined {
    const earlier = drawReversible();
    if (!earlier) return undefined;
    if (reversed.size > reversedMax) reversed.delete(reversed.values().next().value as string);
    reversed.add(earlier.paymentId);
    const { paymentId, debtorAccount, creditorAccount, amount } = earlier;
    return draft(
      { operation: 'payments:reversePayment', request: { reversalId: uuidv7(), paymentId, reason: 'DUPL' } },
      () => source.move({ debtorAccount: creditorAccount, creditorAccount: debtorAccount, amount }),
    );
  }

  function drawReversible(): Payment | undefined {
    for (let draws = 0; draws < drawsMax; draws += 1) {
      const earlier = source.recent();
      if (earlier && bankOf(earlier.creditorAccount) === bank && !reversed.has(earlier.paymentId)) return earlier;
    }
    return undefined;
  }

  function pay(): MixedDraft {
    const own = source.next();
    return {
      operation: 'payments:sendPayment',
      request: { ...own.payment },
      settle: (ending, figures) => {
        if (source.settle(own, ending, figures)) source.retry(own);
      },
    };
  }

  function next(): MixedDraft {
    const again = waiting.shift();
    if (again) return again;
    const dice = Math.random();
    if (dice < mixed.accounts) return openAccount();
    if (dice < mixed.accounts + mixed.holds) return holdOrPost();
    if (dice < mixed.accounts + mixed.holds + mixed.reversals) return reverse() ?? pay();
    return pay();
  }

  return { next, waiting: () => waiting.length + source.waiting(), source };
}

export type MixedSource = ReturnType<typeof createMixedSource>;
