import type { Ledger } from '../core/ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { findKind } from './data/kinds.ts';
import { errors } from './errors.ts';
import { ownSubject } from './holders.ts';
import type { Holding, RecordData, Subject } from './schemas.ts';
import { holdings, latestVersions, sealedKey, subjects } from './store.ts';

/**
 * Publishes the commitment to data that its owner has deposited, as the next version of its kind; earlier versions stay.
 * Refuses, in order: SUBJECT_NOT_HERE, SUBJECT_ERASED, VERSION_STALE, NOT_DEPOSITED.
 */
export function recordData(ledger: Ledger, request: RecordData): Holding {
  const { version, ...rest } = request;
  const { subjectId, kind, schemaVersion, sealedDigest } = rest;
  const subject = ownSubject(ledger, subjectId);
  const expected = (latestVersions.find(ledger, subjectId, kind)?.version ?? 0) + 1;
  if (version !== expected) throw errors.VERSION_STALE({ kind, version, expected });
  const reference = `${version}`;
  if (findKind(kind, schemaVersion) === undefined || kind === 'score') {
    throw errors.NOT_DEPOSITED({ kind, reference, subjectId });
  }
  assertDeposited(ledger, { subjectId, kind, reference, sealedDigest });

  const holding: Holding = { ...rest, reference, owner: ledger.namespace, recordedAt: ledger.now };
  putHolding(ledger, subject, holding);
  latestVersions.put(ledger, { subjectId, kind, version });
  ledger.emit('CreditDataRecorded', { subjectId, kind, version });
  return holding;
}

type Deposited = Pick<Holding, 'subjectId' | 'kind' | 'reference'>;

/** The hash that every peer has of what the holder keeps sealed. Refuses: NOT_DEPOSITED. */
export function depositedDigest(ledger: Ledger, { subjectId, kind, reference }: Deposited): string {
  const hash = ledger.privateData.hash(mspIdOf(ledger.namespace), sealedKey(subjectId, kind, reference));
  if (hash === undefined) throw errors.NOT_DEPOSITED({ kind, reference, subjectId });
  return hash;
}

/** Refuses: NOT_DEPOSITED, where that hash is another than the one named. */
export function assertDeposited(ledger: Ledger, named: Deposited & { readonly sealedDigest: string }): void {
  const { subjectId, kind, reference, sealedDigest } = named;
  if (depositedDigest(ledger, named) !== sealedDigest) throw errors.NOT_DEPOSITED({ kind, reference, subjectId });
}

/** Enters a holding, and its name among the subject's, so that an erasure finds it. */
export function putHolding(ledger: Ledger, subject: Subject, holding: Holding): void {
  const name = `${holding.kind}/${holding.reference}`;
  holdings.put(ledger, holding);
  if (subject.holdings.includes(name)) return;
  subjects.put(ledger, { ...subject, holdings: [...subject.holdings, name] });
}
