import type { Ledger } from '../core/ledger.ts';
import { parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { getActiveLoan, getLoan } from './loan-books.ts';
import type { RecordSecurity, ReleaseSecurity, SecurityResult } from './schemas.ts';
import type { Security } from './servicing/schemas.ts';
import { loans } from './store.ts';

const SECURITIES_MAX = 100;

/**
 * Records a thing or a promise that secures a loan; the paper itself stays with the bank. Refuses, in order:
 * CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, LOAN_NOT_FOUND, LOAN_CLOSED, LOAN_WRITTEN_OFF, SECURITIES_FULL.
 */
export function recordSecurity(ledger: Ledger, { loanId, ...terms }: RecordSecurity): SecurityResult {
  parsePositiveAmount(terms.value);
  const loan = getActiveLoan(ledger, loanId);
  const { securityId } = terms;
  if (loan.securities.length >= SECURITIES_MAX) throw errors.SECURITIES_FULL({ loanId, securities: SECURITIES_MAX });

  const security: Security = { ...terms, recordedAt: ledger.now };

  loans.put(ledger, { ...loan, securities: [...loan.securities, security] });
  ledger.emit('SecurityRecorded', { loanId, securityId, kind: terms.kind, value: terms.value });
  return { loanId, ...security };
}

/** Releases a security, of a repaid loan too; once for an id. Refuses, in order: LOAN_NOT_FOUND, SECURITY_NOT_FOUND. */
export function releaseSecurity(ledger: Ledger, { loanId, securityId }: ReleaseSecurity): SecurityResult {
  const loan = getLoan(ledger, loanId);
  const security = loan.securities.find((each) => each.securityId === securityId);
  if (security === undefined) throw errors.SECURITY_NOT_FOUND({ loanId, securityId });

  const released: Security = { ...security, releasedAt: ledger.now };

  const securities = loan.securities.map((each) => (each.securityId === securityId ? released : each));
  loans.put(ledger, { ...loan, securities });
  ledger.emit('SecurityReleased', { loanId, securityId });
  return { loanId, ...released };
}
