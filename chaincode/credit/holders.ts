import { findBank } from '../core/banks.ts';
import { bankOfAccount } from '../core/identifiers.ts';
import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import type { Consent, Holding, Latest, Subject } from './schemas.ts';
import { consents, holdings, latestVersions, subjects } from './store.ts';

/** Whether this ledger is that of the bank where the subject has its account, which owns the data and the consents. */
export function isHome(ledger: Ledger, subjectId: string): boolean {
  return bankOfAccount(subjectId) === ledger.namespace;
}

/** Refuses, in order: SUBJECT_NOT_HERE, SUBJECT_ERASED. Gives the row of the subject, a new one if there is none. */
export function ownSubject(ledger: Ledger, subjectId: string): Subject {
  const bank = ledger.namespace;
  if (!isHome(ledger, subjectId)) throw errors.SUBJECT_NOT_HERE({ subjectId, bank });
  // Outside a lane batch there is no book; what a deposit leaves nobody can read before a batch has recorded it.
  return heldSubject(ledger, subjectId);
}

/** The row of a subject of any bank, of which this bank may hold something. Refuses: SUBJECT_ERASED. */
export function heldSubject(ledger: Ledger, subjectId: string): Subject {
  const subject = subjects.find(ledger, subjectId) ?? { subjectId, status: 'HELD', accessCount: 0, holdings: [] };
  if (subject.status === 'ERASED' || isErasedAtHome(ledger, subjectId)) throw errors.SUBJECT_ERASED({ subjectId });
  return subject;
}

/** True once the home bank has ordered the erasure. */
export function isErasedAtHome(ledger: Ledger, subjectId: string): boolean {
  return (
    fromHome(ledger, subjectId, {
      here: () => subjects.find(ledger, subjectId),
      there: (home) => subjects.findFrom(ledger, home, [[subjectId]])[0],
    })?.status === 'ERASED'
  );
}

export function consentOf(ledger: Ledger, subjectId: string, consentId: string): Consent | undefined {
  return fromHome(ledger, subjectId, {
    here: () => consents.find(ledger, consentId),
    there: (home) => consents.findFrom(ledger, home, [[consentId]])[0],
  });
}

/** The version of a kind that counts at the home bank, with its commitment. Refuses: HOLDING_NOT_FOUND, VERSION_STALE. */
export function latestHolding(
  ledger: Ledger,
  { subjectId, kind, version }: { readonly subjectId: string; readonly kind: string; readonly version: number },
): Holding {
  const reference = `${version}`;
  const row = fromHome<[Latest | undefined, Holding | undefined]>(ledger, subjectId, {
    here: () => [latestVersions.find(ledger, subjectId, kind), holdings.find(ledger, subjectId, kind, reference)],
    there: (home) => [
      latestVersions.findFrom(ledger, home, [[subjectId, kind]])[0],
      holdings.findFrom(ledger, home, [[subjectId, kind, reference]])[0],
    ],
  });
  const [latest, holding] = row ?? [];
  if (latest !== undefined && latest.version !== version) {
    throw errors.VERSION_STALE({ kind, version, expected: latest.version });
  }
  if (holding === undefined) throw errors.HOLDING_NOT_FOUND({ kind, reference, subjectId });
  return holding;
}

/** Reads rows of the home bank; undefined where the account id names no bank. */
function fromHome<Row>(
  ledger: Ledger,
  subjectId: string,
  { here, there }: { readonly here: () => Row; readonly there: (home: string) => Row },
): Row | undefined {
  if (isHome(ledger, subjectId)) return here();
  const home = bankOfAccount(subjectId);
  // A name that is no bank's must not be called.
  return findBank(ledger, home) === undefined ? undefined : there(home);
}
