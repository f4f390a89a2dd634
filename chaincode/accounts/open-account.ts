import type { Ledger } from '../core/ledger.ts';
import { minorUnitExponent } from '../core/money.ts';
import { mspIdOf } from '../core/names.ts';
import { errors } from './errors.ts';
import { isHeldAt } from './find-account.ts';
import type { OpenAccount, StatusResult } from './schemas.ts';
import { detailsKey, openings } from './store.ts';

/**
 * Opens a customer account whose private details the owner has deposited. Refuses, in order: CORE_CURRENCY_UNKNOWN,
 * ACCOUNT_ID_RESERVED, DETAILS_NOT_DEPOSITED.
 */
export function openAccount(ledger: Ledger, request: OpenAccount): StatusResult {
  const { accountId, currency, detailsDigest, detailsPage } = request;
  const bank = ledger.namespace;
  minorUnitExponent(currency);
  if (!isHeldAt(bank, accountId)) throw errors.ACCOUNT_ID_RESERVED({ accountId, bank });
  // Whoever opens many accounts at once has their details in one page, and a peer is asked for one hash.
  const deposited = ledger.privateData.hash(mspIdOf(bank), detailsKey(detailsPage));
  if (deposited !== detailsPage) throw errors.DETAILS_NOT_DEPOSITED({ accountId, bank });

  // Once-only ids are final for ever, so nobody gets here twice; a second opening would wipe out a balance.
  ledger.book.open(accountId, currency);
  openings.put(ledger, { accountId, currency, detailsDigest, detailsPage, openedAt: ledger.now });
  ledger.emit('AccountOpened', { accountId, currency });
  return { accountId, status: 'OPEN' };
}
