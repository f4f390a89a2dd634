import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { parseDate } from './schedule/dates.ts';
import type { ReferenceRate } from './servicing/product-schemas.ts';
import { referenceRates } from './store.ts';

/** Fixes a reference rate; fixings follow each other by date. Refuses, in order: DATE_INVALID, FIXING_DATE_PAST. */
export function setReferenceRate(ledger: Ledger, request: ReferenceRate): ReferenceRate {
  const { rateId, fixingDate } = request;
  const latest = referenceRates.find(ledger, rateId)?.fixingDate;
  const day = parseDate(fixingDate);
  if (latest !== undefined && parseDate(latest) >= day) throw errors.FIXING_DATE_PAST({ rateId, latest, fixingDate });

  referenceRates.put(ledger, request);
  ledger.emit('ReferenceRateSet', { ...request });
  return request;
}
