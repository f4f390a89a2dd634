import { creditSuspense, findOwnAccount, suspenseAccount } from '../accounts/index.ts';
import type { Holding } from '../core/book/holding.ts';
import type { Ledger, Posting } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import { asJson, type OutboxItem } from './outbox-items.ts';

/** Books what one `receive` brings in: due-from once per currency, at the end, and one posting per credited account (P3). */
export class Inflow {
  readonly ledger: Ledger;
  readonly from: string;
  readonly #totals = new Map<string, bigint>();

  constructor(ledger: Ledger, from: string) {
    this.ledger = ledger;
    this.from = from;
  }

  /** Credits a customer with money received. */
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

  /** Posts everything at once; debits equal credits by construction. */
  post(): void {
    const { ledger, from } = this;
    const debits = [...this.#totals].map(
      ([currency, amount]): Posting => ({
        account: `${ledger.namespace}.due-from-${from}`,
        side: 'D',
        amount,
        currency,
      }),
    );
    ledger.post(debits);
  }

  #book(account: string, money: Amount, reference: string): void {
    const { amount, currency } = money;
    this.ledger.lane.addReceived(this.from, money);
    this.#totals.set(currency, (this.#totals.get(currency) ?? 0n) + amount);
    this.ledger.post([{ account, side: 'C', amount, currency, reference }]);
  }
}

const wire = (money: Amount) => ({ amount: String(money.amount), currency: money.currency });
