import { createHmac } from 'node:crypto';
import { errors } from '@tangram/chaincode/credit/errors.ts';
import {
  commit,
  type Disclosure,
  findKind,
  placeOf,
  sharedKeyOf,
  unseal,
  verifyDisclosure,
} from '@tangram/chaincode/credit/index.ts';
import type { Holding, Sealed } from '@tangram/chaincode/credit/schemas.ts';
import type { SubjectKeys } from '../../secrets/subject-keys.ts';

/** X25519 secret of a bank for one subject, from the subject's key: what was shared is forgotten with that key. */
export function requestSecretOf(subjectKey: string): string {
  return createHmac('sha256', Buffer.from(subjectKey, 'hex')).update('tangram/credit-request/v1').digest('hex');
}

/**
 * Opens fields of sealed data that this bank holds, and checks each against the home bank's public commitment. Throws
 * CREDIT_SUBJECT_ERASED where the key is destroyed, CREDIT_DISCLOSURE_INVALID where the bytes are not what was committed to,
 * CREDIT_HOLDING_NOT_FOUND where what was shared last holds fewer fields.
 */
export function openHolding(
  { bank, keys }: { readonly bank: string; readonly keys: SubjectKeys },
  holding: Holding,
  { sealed, fields }: { readonly sealed: Sealed; readonly fields: readonly string[] },
): Disclosure[] {
  const { owner, subjectId, kind: name, schemaVersion, reference, commitment } = holding;
  const kind = findKind(name, schemaVersion);
  const own = keys.find(subjectId);
  if (kind === undefined || own === undefined) throw errors.SUBJECT_ERASED({ subjectId });
  const subjectKey = sealed.ephemeralKey ? sharedKeyOf(requestSecretOf(own), sealed.ephemeralKey) : own;
  const place = placeOf(bank, subjectId, `${name}/${reference}`);
  const text = subjectKey && unseal({ subjectKey, place }, sealed.sealed);
  if (text === undefined) throw errors.DISCLOSURE_INVALID({ field: name });

  const leaves = fields.map((field) => field.slice(name.length + 1));
  const context = { owner, subjectId, kind: name, schemaVersion, reference };
  const opened = JSON.parse(text);
  const disclosures: Disclosure[] = sealed.ephemeralKey
    ? opened.disclosures.filter(({ leaf }: Disclosure) => leaves.includes(leaf))
    : commit({ context, kind }, opened.record, opened.secret).disclose(leaves);
  if (disclosures.length < leaves.length) throw errors.HOLDING_NOT_FOUND({ subjectId, kind: name, reference });
  for (const disclosure of disclosures) {
    const field = `${name}.${disclosure.leaf}`;
    if (!verifyDisclosure({ context, commitment }, disclosure)) throw errors.DISCLOSURE_INVALID({ field });
  }
  return disclosures;
}
