import { canonicalJson } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { isRecordOf, kinds } from './data/kinds.ts';
import { commit } from './disclosure/commitment.ts';
import { errors } from './errors.ts';
import { ownSubject } from './holders.ts';
import { transientReader } from './read-transient.ts';
import { DataDeposit, type DepositData, type Deposited } from './schemas.ts';
import { putSealedOnce } from './sealed-data.ts';
import { seal } from './sealing.ts';

const readDeposit = transientReader('deposit', DataDeposit);

/** Where sealed bytes lie: they open nowhere else. */
export function placeOf(holder: string, subjectId: string, holding: string): string {
  return `${holder}/${subjectId}/${holding}`;
}

/**
 * Checks a record against its kind, commits to it and seals it under the subject's key in the owner's implicit
 * collection; writes nothing public. What it answers says nothing of the record. Refuses, in order: SUBJECT_NOT_HERE,
 * SUBJECT_ERASED, DEPOSIT_INVALID, ALREADY_RECORDED.
 */
export function depositData(ledger: Ledger, { subjectId, kind: name, version, digest }: DepositData): Deposited {
  const owner = ledger.namespace;
  ownSubject(ledger, subjectId);
  const { record, secret, subjectKey } = readDeposit(ledger, digest);
  const kind = name === 'score' || !Object.hasOwn(kinds, name) ? undefined : kinds[name];
  if (kind === undefined) throw errors.DEPOSIT_INVALID({ reason: 'kind' });
  if (!isRecordOf(name, record)) throw errors.DEPOSIT_INVALID({ reason: 'record' });

  const { schemaVersion } = kind;
  const reference = `${version}`;
  const context = { owner, subjectId, kind: name, schemaVersion, reference };
  const { commitment } = commit({ context, kind }, record, secret);
  const place = placeOf(owner, subjectId, `${name}/${reference}`);
  const sealed = seal({ subjectKey, place }, secret, canonicalJson({ record, secret }));
  return putSealedOnce(ledger, { subjectId, kind: name, reference }, { schemaVersion, commitment, value: { sealed } });
}
