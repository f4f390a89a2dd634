import { creditSuspense, findOwnAccount, suspenseAccount } from '../accounts/index.ts';
import type { Holding } from '../core/book/holding.ts';
import type { Ledger, LedgerEvent, Posting } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import type { Consequences, Place } from '../core/operation.ts';
import { asJson, type OutboxItem } from './outbox-items.ts';
import type { Credit, Receive, Received } from './receive-schemas.ts';

/** Books what one `receive` brings in: due-from once per currency, at the end, and one posting for each item (P3). */
export class Inflow {
  readonly ledger: Ledger;
  readonly from: string;
  /** Payments that were credited; what they book follows from them. */
  readonly credits: Credit[] = [];
  readonly #totals = new Map<string, bigint>();

  constructor(ledger: Ledger, from: string) {
    this.ledger = ledger;
    this.from = from;
  }

  /** Credits a customer with a payment. */
  settle(credit: Credit, money: Amount): void {
    this.ledger.lane.addReceived(this.from, money);
    this.ledger.postAhead(creditPosting(credit));
    this.credits.push(credit);
  }

  /** Credits a customer with money received otherwise. */
  credit(account: Holding, money: Amount, reference: string): void {
    this.#book(account.accountId, money, reference);
  }

  /** Credits the owner of money that came back, frozen or not; a closed account's money goes to suspense. */
  giveBack(accountId: string, money: Amount, reference: string): void {
    const account = findOwnAccount(this.ledger, accountId);
    if (account === undefined || account.status === 'CLOSED') this.suspend(money, reference);
    else this.credit(account, money, reference);
  }

  /** Books money whose owner cannot be told or paid. */
  suspend(money: Amount, reference: string): void {
    creditSuspense(this.ledger, money);
    this.#book(suspenseAccount(this.ledger.namespace), money, reference);
    this.ledger.emit('MoneySuspended', { from: this.from, reference, amount: wire(money) });
  }

  /** Sends money received straight back to where it came from. The pair's limit does not stop a return. */
  sendBack(item: OutboxItem, money: Amount, reference: string): void {
    this.ledger.lane.addSent(this.from, money);
    this.ledger.lane.send(this.from, asJson(item));
    this.#book(`${this.ledger.namespace}.due-to-${this.from}`, money, reference);
  }

  /** Posts the other side of all but the payments; debits equal credits by construction. */
  post(): void {
    this.ledger.post(dueFrom(this.ledger.namespace, this.from, this.#totals));
  }

  #book(account: string, money: Amount, reference: string): void {
    const { amount, currency } = money;
    this.ledger.lane.addReceived(this.from, money);
    this.#totals.set(currency, (this.#totals.get(currency) ?? 0n) + amount);
    this.ledger.post([{ account, side: 'C', amount, currency, reference }]);
  }
}

/** The journal and the events of the payments that a `receive` credited. */
export function receiptConsequences({ from }: Receive, { credits }: Received, { namespace }: Place): Consequences {
  const totals = new Map<string, bigint>();
  const postings: Posting[] = [];
  const events: LedgerEvent[] = [];
  for (const credit of credits) {
    const posting = creditPosting(credit);
    const { paymentId, debtorAccount, creditorAccount, amount, currency } = credit;
    postings.push(posting);
    totals.set(currency, (totals.get(currency) ?? 0n) + posting.amount);
    const data = { paymentId, debtorAccount, creditorAccount, amount: { amount, currency } };
    events.push({ type: 'PaymentSettled', data });
  }
  return { postings: [...postings, ...dueFrom(namespace, from, totals)], events };
}

const creditPosting = ({ creditorAccount, amount, currency, paymentId }: Credit): Posting => ({
  account: creditorAccount,
  side: 'C',
  amount: BigInt(amount),
  currency,
  reference: paymentId,
});

const dueFrom = (bank: string, from: string, totals: ReadonlyMap<string, bigint>): Posting[] =>
  [...totals].map(([currency, amount]) => ({ account: `${bank}.due-from-${from}`, side: 'D', amount, currency }));

const wire = (money: Amount) => ({ amount: String(money.amount), currency: money.currency });
