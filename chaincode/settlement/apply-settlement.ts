import type { Ledger } from '../core/ledger.ts';
import { formatAmount, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import type { ApplySettlement, Settled, SettlePair } from './schemas.ts';
import { settledIn, settledOut } from './store.ts';

/**
 * Books a bank's side of a settlement. Only within settlePair at the central bank: the proposal that the client
 * signed, which every endorser sees, names it. Refuses, in order: CORE_ENTRY_POINT_REFUSED, NOT_SIGNED_FOR.
 */
export function applySettlement(ledger: Ledger, request: ApplySettlement): Settled {
  checkSignedArgument(ledger, request);
  const money = parsePositiveAmount(request.amount);
  const { amount, currency } = money;
  const isDebtor = request.side === 'debtor';
  const rows = isDebtor ? settledOut : settledIn;
  const row = rows.find(ledger, request.counterparty, currency);

  const before = BigInt(row?.amount ?? '0');
  // Both counters of a pair are written by the same ledger transactions only, so they are equal for ever.
  if (before !== BigInt(request.settledBefore)) throw new Error('Invariant S2: the two sides of a pair differ.');

  const after = { bank: request.counterparty, currency, amount: String(before + amount) };
  rows.put(ledger, after);
  const { namespace } = ledger;
  ledger.post(
    isDebtor
      ? [
          { account: `${namespace}.due-to-${request.counterparty}`, side: 'D', amount, currency },
          { account: `${namespace}.reserves`, side: 'C', amount, currency },
        ]
      : [
          { account: `${namespace}.reserves`, side: 'D', amount, currency },
          { account: `${namespace}.due-from-${request.counterparty}`, side: 'C', amount, currency },
        ],
  );
  ledger.emit('SettlementApplied', {
    settlementId: request.settlementId,
    side: request.side,
    counterparty: request.counterparty,
    amount: formatAmount(money),
  });
  return after;
}

/** Core has seen to it that the proposal entered at settlePair; here its argument must be about this very pair. */
function checkSignedArgument(ledger: Ledger, request: ApplySettlement): void {
  const signed = JSON.parse(ledger.entryPoint().argument) as SettlePair;
  const [debtorBank, creditorBank] =
    request.side === 'debtor' ? [ledger.namespace, request.counterparty] : [request.counterparty, ledger.namespace];
  const isSigned =
    signed.settlementId === request.settlementId &&
    signed.debtorBank === debtorBank &&
    signed.creditorBank === creditorBank &&
    signed.currency === request.amount.currency;
  if (!isSigned) throw errors.NOT_SIGNED_FOR({ settlementId: request.settlementId });
}
