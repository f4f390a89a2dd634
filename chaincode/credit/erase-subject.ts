import { canonicalJson, sha256 } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { errors } from './errors.ts';
import { isErasedAtHome, ownSubject } from './holders.ts';
import type { EraseSubject, ErasureCertificate, SubjectReference } from './schemas.ts';
import { depositedNames, type HoldingName } from './sealed-data.ts';
import { depositsKey, erasures, sealedKey, subjects } from './store.ts';

/**
 * Orders, at the home bank, that all credit data of a subject be forgotten: from now on nobody reads, shares or scores
 * it, at any bank. Refuses, in order: SUBJECT_NOT_HERE, SUBJECT_ERASED.
 */
export function eraseSubject(ledger: Ledger, { subjectId }: EraseSubject): SubjectReference {
  const subject = ownSubject(ledger, subjectId);

  subjects.put(ledger, { ...subject, status: 'ERASED' });
  ledger.emit('ErasureOrdered', { subjectId });
  return { subjectId };
}

/**
 * Purges, at any holder and for any member, every sealed byte about a subject whose erasure was ordered, deposits that
 * were never recorded included. Refuses: ERASURE_NOT_ORDERED.
 */
export function purgeSubject(ledger: Ledger, { subjectId }: SubjectReference): { count: number } {
  if (!isErasedAtHome(ledger, subjectId)) throw errors.ERASURE_NOT_ORDERED({ subjectId });
  const owner = mspIdOf(ledger.namespace);
  const recorded = subjects.find(ledger, subjectId)?.holdings ?? [];
  const names = new Set([...recorded, ...depositedNames(ledger, subjectId)]);

  for (const name of names) {
    const { kind, reference } = readName(name);
    ledger.privateData.purge(owner, sealedKey(subjectId, kind, reference));
  }
  ledger.privateData.purge(owner, depositsKey(subjectId));
  return { count: names.size };
}

/**
 * Certifies that nothing is left: every peer sees that the hashes are gone, that of the names of all deposits too. The
 * same again answers the same. Refuses, in order: ERASURE_NOT_ORDERED, ERASURE_INCOMPLETE.
 */
export function certifyErasure(ledger: Ledger, { subjectId }: SubjectReference): ErasureCertificate {
  if (!isErasedAtHome(ledger, subjectId)) throw errors.ERASURE_NOT_ORDERED({ subjectId });
  const holder = ledger.namespace;
  const certified = erasures.find(ledger, subjectId);
  if (certified !== undefined) return certified;
  const { accessCount, holdings } = subjects.find(ledger, subjectId) ?? { accessCount: 0, holdings: [] };
  const held = holdings.map(readName);
  for (const { kind, reference } of held) {
    assertGone(ledger, sealedKey(subjectId, kind, reference), { kind, reference, subjectId });
  }
  assertGone(ledger, depositsKey(subjectId), { kind: 'deposits', reference: 'not recorded', subjectId });

  const holdingsDigest = sha256(canonicalJson(held));
  const certificate = { subjectId, holder, purgedCount: held.length, holdingsDigest, certifiedAt: ledger.now };
  subjects.put(ledger, { subjectId, status: 'ERASED', accessCount, holdings });
  erasures.put(ledger, certificate);
  ledger.emit('ErasureCertified', { subjectId, holder });
  return certificate;
}

function assertGone(ledger: Ledger, key: string, named: HoldingName & { readonly subjectId: string }): void {
  const hash = ledger.privateData.hash(mspIdOf(ledger.namespace), key);
  if (hash !== undefined) throw errors.ERASURE_INCOMPLETE({ ...named });
}

function readName(name: string): HoldingName {
  const slash = name.indexOf('/');
  return { kind: name.slice(0, slash), reference: name.slice(slash + 1) };
}
