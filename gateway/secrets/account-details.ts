import { canonicalJson, sha256 } from '@tangram/chaincode/core/canonical.ts';
import { seal, unseal } from '@tangram/chaincode/credit/index.ts';
import type { GatewaySecrets } from './secrets.ts';

/** Who holds an account: known to the home bank alone. */
export interface HolderDetails {
  accountId: string;
  name: string;
  customerId?: string;
  iban?: string;
}

/** Details as the implicit collection keeps them. A peer hands these to clients of every bank of the channel. */
export interface SealedDetails {
  accountId: string;
  sealed: string;
}

/**
 * Seals details under a key of the account, which every gateway of the bank derives from the digest key that they share
 * and nobody else holds. Equal details give equal bytes, so that opening an account twice is a repetition and not a conflict.
 */
export function sealDetails(secrets: GatewaySecrets, details: HolderDetails): SealedDetails {
  const { accountId } = details;
  const text = canonicalJson(details);
  return { accountId, sealed: seal(keyOf(secrets, accountId), secrets.digest('account-details', details), text) };
}

/** The public commitment to details, which the ledger keeps of an account. */
export const digestDetails = (details: SealedDetails): string => sha256(canonicalJson(details));

/** The details; undefined when they were sealed by somebody else, for another account, or changed. */
export function openDetails(secrets: GatewaySecrets, { accountId, sealed }: SealedDetails): HolderDetails | undefined {
  const text = unseal(keyOf(secrets, accountId), sealed);
  return text === undefined ? undefined : (JSON.parse(text) as HolderDetails);
}

const keyOf = (secrets: GatewaySecrets, accountId: string) => ({
  subjectKey: secrets.digest('account-details-key', accountId),
  place: `account-details/${accountId}`,
});
