import { canonicalJson, sha256 } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { errors } from './errors.ts';
import type { Deposited } from './schemas.ts';
import { depositsKey, holdings, sealedKey } from './store.ts';

/** What a bank holds of a subject, by name. */
export interface HoldingName {
  readonly kind: string;
  readonly reference: string;
}

type Named = HoldingName & { readonly subjectId: string };

interface SealedValue {
  readonly schemaVersion: number;
  readonly commitment: string;
  readonly value: object;
}

/**
 * Puts sealed bytes into the holder's collection; the peer's own hash of them is the digest that a record names. Their
 * name is kept beside them, so that an erasure finds what was deposited and never recorded.
 */
export function putSealed(ledger: Ledger, of: Named, { schemaVersion, commitment, value }: SealedValue): Deposited {
  const { subjectId, kind, reference } = of;
  const owner = mspIdOf(ledger.namespace);
  const name = `${kind}/${reference}`;
  const names = depositedNames(ledger, subjectId);
  const text = canonicalJson(value);

  ledger.privateData.put(owner, sealedKey(subjectId, kind, reference), text);
  if (!names.includes(name)) {
    ledger.privateData.put(owner, depositsKey(subjectId), canonicalJson([...names, name]));
  }
  return { schemaVersion, commitment, sealedDigest: sha256(text) };
}

/** The same, but never over other bytes than those that were recorded under this name. Refuses: ALREADY_RECORDED. */
export function putSealedOnce(ledger: Ledger, of: Named, sealed: SealedValue): Deposited {
  const { subjectId, kind, reference } = of;
  const recorded = holdings.find(ledger, subjectId, kind, reference);
  if (recorded !== undefined && recorded.sealedDigest !== sha256(canonicalJson(sealed.value))) {
    throw errors.ALREADY_RECORDED({ kind, reference, subjectId });
  }
  return putSealed(ledger, of, sealed);
}

/** Names of all that was ever deposited about a subject, recorded or not; only the holder's own peers can tell. */
export function depositedNames(ledger: Ledger, subjectId: string): readonly string[] {
  const names = ledger.privateData.get(mspIdOf(ledger.namespace), depositsKey(subjectId));
  return names === undefined ? [] : (JSON.parse(names) as string[]);
}
