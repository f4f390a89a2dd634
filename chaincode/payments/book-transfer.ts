import type { Holding } from '../core/book/holding.ts';
import type { Ledger, Posting } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import { asJson, type OutboxItem } from './outbox-items.ts';
import type { Creditor } from './parties.ts';
import type { Outbox, PaymentStatus } from './schemas.ts';

export interface Transfer {
  readonly debtor: Holding;
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
  const { debtor, creditor, money, valueDate } = transfer;
  const parties = { debtorAccount: debtor.accountId, creditorAccount: creditor.accountId };
  ledger.post(transferPostings(ledger.namespace, { ...parties, money, valueDate }));
  return carry(ledger, transfer);
}

/** The journal of a transfer at the debtor's bank: to the creditor, or to what is owed to the creditor's bank. */
export function transferPostings(
  bank: string,
  transfer: { debtorAccount: string; creditorAccount: string; money: Amount; valueDate?: string | undefined },
): Posting[] {
  const { debtorAccount, creditorAccount, money, valueDate } = transfer;
  const creditorBank = bankOf(creditorAccount);
  const credited = creditorBank === bank ? creditorAccount : `${bank}.due-to-${creditorBank}`;
  const dated = valueDate === undefined ? {} : { valueDate };
  return [
    { account: debtorAccount, side: 'D', ...money, ...dated },
    { account: credited, side: 'C', ...money, ...dated },
  ];
}

const bankOf = (accountId: string): string => accountId.slice(0, accountId.indexOf('-'));

/** What a transfer does beside its journal: money for another bank's customer is owed to that bank, and sent there. */
export function carry(ledger: Ledger, { creditor, money, item }: Omit<Transfer, 'debtor'>): BookedTransfer {
  if (creditor.own !== undefined) return { status: 'SETTLED' };
  if (item === undefined) throw new Error('Invariant P3: money to another bank travels as an item.');
  ledger.lane.addSent(creditor.bank, money);
  return { status: 'ACCEPTED', outbox: { ...ledger.lane.send(creditor.bank, asJson(item)) } };
}
