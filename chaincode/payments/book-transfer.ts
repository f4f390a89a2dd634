import { type Account, creditAccount, debitAccount } from '../accounts/index.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import { asJson, type OutboxItem } from './outbox-items.ts';
import type { Creditor } from './parties.ts';
import type { Outbox, PaymentStatus } from './schemas.ts';

export interface Transfer {
  readonly debtor: Account;
  readonly creditor: Creditor;
  readonly money: Amount;
  /** What travels to the creditor's bank when it is another one. */
  readonly item?: OutboxItem;
  readonly valueDate?: string;
}

export interface BookedTransfer {
  readonly status: PaymentStatus;
  readonly outbox?: Outbox;
}

/** Debits a customer and credits another, or owes the money to the other's bank and sends it there. Keeps P1 and P2. */
export function bookTransfer(ledger: Ledger, transfer: Transfer): BookedTransfer {
  const { debtor, creditor, money, item, valueDate } = transfer;
  const { amount, currency } = money;
  const dated = valueDate === undefined ? {} : { valueDate };
  const isWithinBank = creditor.own !== undefined;
  const credited = isWithinBank ? creditor.accountId : `${ledger.namespace}.due-to-${creditor.bank}`;

  debitAccount(ledger, debtor, amount);
  ledger.post([
    { account: debtor.accountId, side: 'D', amount, currency, ...dated },
    { account: credited, side: 'C', amount, currency, ...dated },
  ]);
  if (creditor.own !== undefined) {
    creditAccount(ledger, creditor.own, amount);
    return { status: 'SETTLED' };
  }
  if (item === undefined) throw new Error('Invariant P3: money to another bank travels as an item.');
  ledger.lane.addSent(creditor.bank, money);
  return { status: 'ACCEPTED', outbox: { ...ledger.lane.send(creditor.bank, asJson(item)) } };
}
