import { bankOfAccount } from '@tangram/chaincode/core/identifiers.ts';
import { Type } from 'typebox';
import { errors } from '../plugins/errors.ts';
import { withoutTexts } from './access.ts';
import { findPayments, type PaymentFound } from './ledger-reads.ts';
import type { Call } from './route.ts';
import { BankName, fields } from './schemas.ts';

/** Ids are unique per bank of the debtor, so customers of two banks may have chosen the same. */
export const WhichPayment = fields({
  debtorBank: Type.Optional({ ...BankName, description: 'Of the payment that is meant, where several have this id.' }),
});

/** The payment that is meant: of those that the caller may see, the first that `isMeant`, else the first. */
export async function visiblePayment(
  call: Call<{ paymentId: string }, { debtorBank?: string }>,
  isMeant: (payment: PaymentFound) => Promise<boolean> = async () => true,
): Promise<PaymentFound> {
  const { access, params, query } = call;
  const visible: PaymentFound[] = [];
  for (const payment of await findPayments(call, params.paymentId)) {
    const { debtorAccount, creditorAccount } = payment;
    if (query.debtorBank !== undefined && bankOfAccount(debtorAccount) !== query.debtorBank) continue;
    if (!(await access.maySee([debtorAccount, creditorAccount]))) continue;
    if (await isMeant(payment)) return access.mayReadTexts ? payment : withoutTexts(payment);
    visible.push(payment);
  }
  // A stranger learns nothing, not even that the id is taken.
  if (visible[0] === undefined) throw errors.PAYMENT_NOT_FOUND({ paymentId: params.paymentId });
  return visible[0];
}
