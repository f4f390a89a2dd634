import { findBank } from '../core/banks.ts';
import { HEAD_KEY, type LaneHead } from '../core/batch.ts';
import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { termsOf } from './pair-limit.ts';
import { outstanding } from './rules.ts';
import type { GetPosition, Limit, Positions, PositionView, Settled } from './schemas.ts';
import { limits, settledOut } from './store.ts';

/** What one bank owes another per currency, with the batches that prove it. Refuses, in order: BANK_UNKNOWN, SAME_BANK. */
export function getPosition(ledger: Ledger, request: GetPosition): Positions {
  const { debtorBank, creditorBank } = request;
  for (const bank of [debtorBank, creditorBank]) {
    if (findBank(ledger, bank) === undefined) throw errors.BANK_UNKNOWN({ bank });
  }
  if (debtorBank === creditorBank) throw errors.SAME_BANK({ bank: debtorBank });
  const debtor = readRow<LaneHead>(ledger, debtorBank, HEAD_KEY);
  const creditor = readRow<LaneHead>(ledger, creditorBank, HEAD_KEY);

  const sent = debtor?.sent[creditorBank] ?? {};
  const currencies = request.currency === undefined ? Object.keys(sent).sort() : [request.currency];
  const positions: PositionView[] = [];
  for (const currency of currencies) {
    const settled = readRow<Settled>(ledger, debtorBank, settledOut.key(creditorBank, currency));
    const terms = readRow<Limit>(ledger, 'consortium', limits.key(debtorBank, creditorBank, currency));
    const counters = {
      sent: BigInt(sent[currency] ?? '0'),
      received: BigInt(creditor?.received[debtorBank]?.[currency] ?? '0'),
      settled: BigInt(settled?.amount ?? '0'),
    };
    const { limit, settleAtShare } = termsOf(terms);
    positions.push({
      currency,
      sent: String(counters.sent),
      received: String(counters.received),
      settled: String(counters.settled),
      inFlight: String(counters.sent - counters.received),
      outstanding: String(outstanding(counters)),
      limit: String(limit),
      settleAtShare,
      debtorSequence: debtor?.sequence ?? 0,
      creditorSequence: creditor?.sequence ?? 0,
    });
  }
  return { debtorBank, creditorBank, positions };
}

/** A row of whatever namespace: the query may be asked of any of them. */
function readRow<Row>(ledger: Ledger, namespace: string, key: string): Row | undefined {
  const row = namespace === ledger.namespace ? ledger.state.find(key) : ledger.readFrom(namespace, [key])[0];
  return (row ?? undefined) as Row | undefined;
}
