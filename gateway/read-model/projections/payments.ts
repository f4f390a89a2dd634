import type { Aftermath, Hold, RefundPayment, RefundReturn } from '@tangram/chaincode/payments/schemas.ts';
import { decryptTexts } from '../../secrets/payment-texts.ts';
import type { GatewaySecrets } from '../../secrets/secrets.ts';
import type { BlockFacts } from '../block-facts.ts';
import type { NetworkState } from '../network-state.ts';
import { loadAccounts } from '../projection-memory.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import { addItem, addOperation } from './new-payments.ts';
import { openPaymentBook, type PaymentBook } from './payment-book.ts';
import { isOwnAccount, type Projection, type ProjectionContext } from './projection.ts';

/** Payments, holds and refunds whose debtor or creditor is a customer of this bank, and what became of earlier ones. */
export const projectPayments: Projection = async (context) => {
  const { database, facts, memory } = context;
  const book = await openPaymentBook(database, earlierIds(facts));
  await loadAccounts(database, memory, creditorsOf(context));
  for (const batch of facts.batches) {
    for (const fact of batch.operations) addOperation({ context, batch, book }, fact);
    for (const item of batch.items) addItem({ context, batch, book }, item);
  }
  applyHolds(facts, book);
  applyAftermaths(facts, book);
  await book.save();
  await putRows(database, 'payment_text', readTexts(context, book));
};

/** Own customers unknown so far whom batches pay; own debtors are known from the entries and standings of the block. */
function creditorsOf({ facts, memory, organization }: ProjectionContext): Set<string> {
  const ids = new Set<string>();
  const add = (accountId: unknown) => {
    if (typeof accountId !== 'string' || !isOwnAccount(accountId, organization)) return;
    if (!memory.accounts.has(accountId)) ids.add(accountId);
  };
  for (const { items, operations } of facts.batches) {
    for (const { creditorAccount } of items) add(creditorAccount);
    for (const { request } of operations) add(request.creditorAccount);
  }
  return ids;
}

/** Ids of payments that the block is about and that it need not have begun. */
function earlierIds(facts: BlockFacts): string[] {
  const ids = new Set<string>();
  for (const { value } of facts.rows('hold/')) ids.add((value as Hold).holdId);
  for (const { value } of [...facts.rows('payment/'), ...facts.rows('received/')])
    ids.add((value as Aftermath).paymentId);
  for (const { value } of facts.rows('refund/')) ids.add((value as RefundReturn).refundId);
  for (const { operations } of facts.batches) {
    for (const { operation, request } of operations) {
      if (operation === 'payments:refundPayment') ids.add((request as unknown as RefundPayment).paymentId);
    }
  }
  return [...ids];
}

/** What the ledger's hold rows say became of holds. */
function applyHolds(facts: BlockFacts, book: PaymentBook): void {
  for (const { namespace, value, transaction } of facts.rows('hold/')) {
    const hold = value as Hold;
    const row = book.find(namespace, hold.holdId);
    if (row !== undefined && hold.status !== 'HELD') book.changeState(row, endOf(hold, transaction.time));
  }
}

function endOf(hold: Hold, time: string): Partial<Row<'payment_state'>> {
  if (hold.status !== 'POSTED') return { status: hold.status };
  const outbox = hold.outbox === undefined ? null : BigInt(hold.outbox.index);
  return { status: null, posted: hold.posted ?? null, posted_at: hold.postedAt ?? time, outbox_index: outbox };
}

/** `payment/` stands at the debtor's bank, `received/` at the creditor's: each tells what that bank knows. */
function applyAftermaths(facts: BlockFacts, book: PaymentBook): void {
  for (const { value } of [...facts.rows('payment/'), ...facts.rows('received/')]) {
    const aftermath = value as Aftermath;
    const row = book.find(aftermath.debtorBank, aftermath.paymentId);
    if (row === undefined) continue;
    book.changeState(row, {
      refunded: aftermath.refunded,
      ...(aftermath.returned === undefined ? {} : { status: 'RETURNED', reason: aftermath.returned }),
      reversal: aftermath.reversal ?? null,
      reversal_id: aftermath.reversalId ?? null,
    });
  }
  // A refund to a closed account comes back like any payment; its row names only the refund.
  for (const { namespace, value } of facts.rows('refund/')) {
    const { refundId, returned } = value as RefundReturn;
    const row = book.find(namespace, refundId);
    if (row?.kind === 'refund') book.changeState(row, { status: 'RETURNED', reason: returned });
  }
}

/** In clear, because a bank that has changed its key must still read its customers' statements. */
function readTexts({ network, secrets, organization }: ProjectionContext, book: PaymentBook): Row<'payment_text'>[] {
  return book.withTexts().flatMap(({ row, texts }) => {
    const otherPublicKey = otherKey({ network, secrets, organization }, row);
    if (otherPublicKey === undefined) return [];
    const clear = decryptTexts(secrets, { paymentId: row.payment_id, otherPublicKey, texts });
    if (clear === undefined) return [];
    return [
      {
        number: row.number,
        end_to_end_id: clear.endToEndId ?? null,
        remittance: clear.remittance ?? null,
        debtor_name: clear.debtorName ?? null,
        creditor_name: clear.creditorName ?? null,
      },
    ];
  });
}

function otherKey(
  { network, secrets, organization }: { network: NetworkState; secrets: GatewaySecrets; organization: string },
  { debtor_bank, creditor_bank }: Row<'payment'>,
): string | undefined {
  const other = debtor_bank === organization ? creditor_bank : debtor_bank;
  return other === organization ? secrets.encryptionPublicKey : network.profiles.get(other);
}
