import { findBank } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import { minorUnitExponent } from '../core/money.ts';
import { errors } from './errors.ts';
import type { Limit } from './schemas.ts';
import { limits } from './store.ts';

/** Sets the terms of a pair; a limit below what stands only stops new payments. Refuses, in order: CORE_CURRENCY_UNKNOWN, BANK_UNKNOWN, SAME_BANK. */
export function setLimit(ledger: Ledger, request: Limit): Limit {
  minorUnitExponent(request.currency);
  for (const bank of [request.debtorBank, request.creditorBank]) {
    if (findBank(ledger, bank) === undefined) throw errors.BANK_UNKNOWN({ bank });
  }
  if (request.debtorBank === request.creditorBank) throw errors.SAME_BANK({ bank: request.debtorBank });

  limits.put(ledger, request);
  ledger.emit('LimitSet', { ...request });
  return request;
}
