import type { Identity, MspManager, MspRole } from './ledger/types.ts';

/** Signed bytes, with the serialised identity that claims to have signed them. */
export interface SignedData {
  data: Uint8Array;
  identity: Uint8Array;
  signature: Uint8Array;
}

/** Roles that satisfy an organisation's channel policies, as in Fabric's sample configuration with node OUs. */
export const policyRoles: Record<'Readers' | 'Writers', MspRole[]> = {
  Readers: ['ADMIN', 'PEER', 'CLIENT'],
  Writers: ['ADMIN', 'CLIENT'],
};

/** The identity behind signed data when it is valid and the signature is its own. */
export function authenticate(mspManager: MspManager, signed: SignedData): Identity | undefined {
  let identity: Identity;
  try {
    identity = mspManager.deserialize(signed.identity);
  } catch {
    return undefined;
  }
  const isGenuine = !identity.invalidReason && identity.verify(signed.data, signed.signature);
  return isGenuine ? identity : undefined;
}

/** Why the data does not satisfy the channel's policy ANY Readers (or Writers), in a peer's words, or undefined. */
export function refuseAccess(
  channel: { id: string; mspManager: MspManager },
  policy: 'Readers' | 'Writers',
  signed: SignedData | { verified: Identity },
): string | undefined {
  const identity = 'verified' in signed ? signed.verified : authenticate(channel.mspManager, signed);
  if (identity && policyRoles[policy].some((role) => identity.hasRole(role))) return undefined;
  return (
    `Failed evaluating policy on signed data during check policy on channel [${channel.id}] with policy ` +
    `[/Channel/Application/${policy}]: [${implicitPolicyFailure(policy)}]`
  );
}

/** What an implicit meta policy says when no organisation's sub-policy is satisfied. */
export function implicitPolicyFailure(policy: string): string {
  return (
    `implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the ` +
    `'${policy}' sub-policies to be satisfied`
  );
}
