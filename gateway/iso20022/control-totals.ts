import { exactDecimal, formatExactDecimal } from './decimal-amount.ts';
import { errors } from './errors.ts';
import type { CreditTransfer, PaymentInitiation } from './payment-initiation.ts';

/**
 * Checks counts and control sums of the group and of each payment information. Refuses, in order:
 * NUMBER_OF_TRANSACTIONS_WRONG, CONTROL_SUM_WRONG, DUPLICATE_PAYMENT_INFORMATION.
 */
export function checkControlTotals(initiation: PaymentInitiation): void {
  const { informations } = initiation;
  checkTotals(
    initiation,
    informations.flatMap(({ transfers }) => transfers),
    'GrpHdr',
  );
  const ids = new Set<string>();
  for (const information of informations) {
    checkTotals(information, information.transfers, information.path);
    if (ids.has(information.id)) throw errors.DUPLICATE_PAYMENT_INFORMATION({ paymentInformationId: information.id });
    ids.add(information.id);
  }
}

function checkTotals(
  stated: { numberOfTransactions?: string; controlSum?: string },
  transfers: CreditTransfer[],
  path: string,
): void {
  const { numberOfTransactions, controlSum } = stated;
  if (numberOfTransactions !== undefined && BigInt(numberOfTransactions) !== BigInt(transfers.length)) {
    const counted = transfers.length;
    throw errors.NUMBER_OF_TRANSACTIONS_WRONG({ path: `${path}/NbOfTxs`, stated: numberOfTransactions, counted });
  }
  if (controlSum === undefined) return;
  const sum = transfers.reduce((total, { amount }) => total + exactDecimal(amount), 0n);
  if (exactDecimal(controlSum) !== sum) {
    throw errors.CONTROL_SUM_WRONG({ path: `${path}/CtrlSum`, stated: controlSum, summed: formatExactDecimal(sum) });
  }
}
