import { sha256 } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { checker } from '../core/schema.ts';
import { errors } from './errors.ts';
import { isHeldAt } from './find-account.ts';
import { AccountDetails, type DepositDetails } from './schemas.ts';
import { detailsKey } from './store.ts';

const isDetails = checker(AccountDetails);

/**
 * Deposits private details of accounts in the owner's implicit collection, all records as one page that is named by its
 * digest and never replaced; writes nothing public. Endorsed by the owner alone. Refuses, in order: DETAILS_INVALID,
 * ACCOUNT_ID_RESERVED.
 */
export function depositDetails(ledger: Ledger, request: DepositDetails): { count: number } {
  const { text, records } = readTransient(ledger, request);
  const bank = ledger.namespace;
  for (const { accountId } of records) {
    if (!isHeldAt(bank, accountId)) throw errors.ACCOUNT_ID_RESERVED({ accountId, bank });
  }
  ledger.privateData.put(mspIdOf(bank), detailsKey(request.digest), text);
  return { count: records.length };
}

/** The page, only if it is exactly the bytes that the client signed for. */
function readTransient(ledger: Ledger, request: DepositDetails): { text: string; records: AccountDetails[] } {
  const text = ledger.transient('details');
  if (text === undefined || sha256(text) !== request.digest) throw errors.DETAILS_INVALID({ reason: 'digest' });
  const records = parse(text);
  if (!Array.isArray(records) || !records.every(isDetails)) throw errors.DETAILS_INVALID({ reason: 'schema' });
  if (records.length !== request.count) throw errors.DETAILS_INVALID({ reason: 'count' });
  return { text, records };
}

/** Confidential bytes must not reach an error message, so a parser's own complaint is not passed on. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw errors.DETAILS_INVALID({ reason: 'JSON' });
  }
}
