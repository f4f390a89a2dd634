import { canonicalJson, sha256 } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { checker } from '../core/schema.ts';
import { errors } from './errors.ts';
import { isHeldAt } from './find-account.ts';
import { AccountDetails, type DepositDetails } from './schemas.ts';
import { detailsKey, openings } from './store.ts';

const isDetails = checker(AccountDetails);

/**
 * Deposits private details of accounts in the owner's implicit collection; writes nothing public. Endorsed by the
 * owner alone. Refuses, in order: DETAILS_INVALID, ACCOUNT_ID_RESERVED, DETAILS_FIXED.
 */
export function depositDetails(ledger: Ledger, request: DepositDetails): { count: number } {
  const records = readTransient(ledger, request);
  // The stored bytes are the canonical JSON, so the peer's own hash of them is the digest that openAccount names.
  const values = records.map((record) => ({ accountId: record.accountId, value: canonicalJson(record) }));
  openings.demand(
    ledger,
    records.map((record) => [record.accountId]),
  );
  for (const { accountId, value } of values) checkOwn(ledger, accountId, sha256(value));

  for (const { accountId, value } of values) {
    ledger.privateData.put(mspIdOf(ledger.namespace), detailsKey(accountId), value);
  }
  return { count: records.length };
}

/** An open account is bound to the digest it was opened with, so its details must not be replaced under it. */
function checkOwn(ledger: Ledger, accountId: string, digest: string): void {
  const bank = ledger.namespace;
  if (!isHeldAt(bank, accountId)) throw errors.ACCOUNT_ID_RESERVED({ accountId, bank });
  const account = openings.find(ledger, accountId);
  if (account !== undefined && account.detailsDigest !== digest) throw errors.DETAILS_FIXED({ accountId });
}

/** The records, only if they are exactly the bytes that the client signed for. */
function readTransient(ledger: Ledger, request: DepositDetails): AccountDetails[] {
  const text = ledger.transient('details');
  if (text === undefined || sha256(text) !== request.digest) throw errors.DETAILS_INVALID({ reason: 'digest' });
  const records = parse(text);
  if (!Array.isArray(records) || !records.every(isDetails)) throw errors.DETAILS_INVALID({ reason: 'schema' });
  if (records.length !== request.count) throw errors.DETAILS_INVALID({ reason: 'count' });
  return records;
}

/** Confidential bytes must not reach an error message, so a parser's own complaint is not passed on. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw errors.DETAILS_INVALID({ reason: 'JSON' });
  }
}
