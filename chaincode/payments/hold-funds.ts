import { authoriseDebit } from '../accounts/index.ts';
import type { Ledger } from '../core/ledger.ts';
import { parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { assertAvailable, assertTwoAccounts, getCreditor, getDebtor } from './parties.ts';
import { isExpired } from './rules.ts';
import type { Hold, HoldFunds, HoldResult } from './schemas.ts';
import { holdText } from './signing-texts.ts';
import { holds } from './store.ts';

/**
 * Sets funds aside for a payment that is posted later, within a bank or across banks. The pair's limit counts when the
 * hold is posted: until then no bank owes another anything. Refuses, in order: CORE_CURRENCY_UNKNOWN,
 * CORE_AMOUNT_NOT_POSITIVE, EXPIRY_PAST, SAME_ACCOUNT, DEBTOR_NOT_HELD_HERE, DEBTOR_…, ACCOUNTS_SIGNATURE_…, CREDITOR_…,
 * INSUFFICIENT_FUNDS.
 */
export function holdFunds(ledger: Ledger, request: HoldFunds): HoldResult {
  const money = parsePositiveAmount(request.amount);
  const { holdId, debtorAccount, creditorAccount, amount, expiresAt } = request;
  if (isExpired(request, ledger.now)) throw errors.EXPIRY_PAST({ expiresAt, now: ledger.now });
  assertTwoAccounts(debtorAccount, creditorAccount);
  const debtor = getDebtor(ledger, debtorAccount, money.currency);
  authoriseDebit(ledger, debtor, { request, text: holdText, amount: money.amount });
  getCreditor(ledger, creditorAccount, { currency: money.currency });

  assertAvailable(debtor, money.amount);
  const hold: Hold = {
    holdId,
    debtorAccount,
    creditorAccount,
    amount,
    status: 'HELD',
    heldAt: ledger.now,
    expiresAt,
  };

  ledger.book.reserve(debtorAccount, money.amount);
  holds.put(ledger, hold);
  ledger.emit('FundsHeld', { holdId, debtorAccount, creditorAccount, amount, expiresAt });
  return { holdId, status: 'HELD', amount };
}
