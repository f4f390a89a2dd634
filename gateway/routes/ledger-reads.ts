import type { AccountView as LedgerAccount } from '@tangram/chaincode/accounts/schemas.ts';
import { bankOfAccount } from '@tangram/chaincode/core/identifiers.ts';
import type { PaymentView as LedgerPayment } from '@tangram/chaincode/payments/schemas.ts';
import type { AccountView, PaymentView } from '../read-model/types.ts';
import { ServiceError } from '../services/service-error.ts';
import type { Call } from './route.ts';

type Reader = Pick<Call, 'organization' | 'banks' | 'services'>;

/** An account of this bank from the read model; at the central bank, which keeps none, from the ledger. */
export async function findAccount(reader: Reader, accountId: string): Promise<AccountView | undefined> {
  const { organization, banks, services } = reader;
  if (organization !== 'centralbank') return services.readModel.findAccount(accountId);
  const bank = bankOfAccount(accountId);
  if (!banks.includes(bank)) return undefined;
  return orUndefined(services.queries.evaluate<LedgerAccount>('accounts:getAccount', { accountId }, bank));
}

export type PaymentFound = Omit<PaymentView, 'blockNumber'>;

/**
 * The payments of an id, at most one per debtor's bank: from the read model, the own bank's first; at the central bank
 * from the banks' ledgers, in the network's order.
 */
export async function findPayments(reader: Reader, paymentId: string): Promise<PaymentFound[]> {
  const { organization, banks, services } = reader;
  if (organization !== 'centralbank') return services.readModel.findPayments(paymentId);
  const found = await Promise.all(
    banks.map((bank) =>
      orUndefined(services.queries.evaluate<LedgerPayment>('payments:getPayment', { paymentId }, bank)),
    ),
  );
  return found.filter((payment) => payment !== undefined).map(viewOf);
}

async function orUndefined<Result>(query: Promise<Result>): Promise<Result | undefined> {
  try {
    return await query;
  } catch (error) {
    if (error instanceof ServiceError && error.code.endsWith('_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** Texts are not on the ledger in clear, and the central bank has no key for them. */
function viewOf(payment: LedgerPayment): PaymentFound {
  const { paymentId, status, debtorAccount, creditorAccount, amount, refunded, acceptedAt, transactionId } = payment;
  return {
    paymentId,
    kind: 'payment',
    status,
    debtorAccount,
    creditorAccount,
    amount,
    uetr: payment.uetr ?? null,
    endToEndId: null,
    remittance: null,
    debtorName: null,
    creditorName: null,
    reason: payment.statusReason ?? null,
    refunded,
    reversal: payment.reversal ?? null,
    reversalId: payment.reversalId ?? null,
    originalPaymentId: null,
    expiresAt: payment.expiresAt ?? null,
    acceptedAt,
    settledAt: null,
    transactionId,
  };
}
