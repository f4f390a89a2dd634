import type { Holding } from '../core/book/holding.ts';
import type { CustomerSignature } from '../core/fields.ts';
import type { Ledger } from '../core/ledger.ts';
import type { SignatureCheck } from '../core/signatures.ts';
import type { SigningPlace } from '../core/signing-text.ts';
import { errors } from './errors.ts';

interface Signable {
  readonly signature?: CustomerSignature;
}

/** A request that a customer may have signed, and the text that its signature is over. */
export interface Claim<Request extends Signable> {
  readonly request: Request;
  readonly text: (place: SigningPlace, request: Request) => string;
}

/** The signature to verify before an operation runs; undefined where there is none, or no such key. */
export function claimedSignature<Request extends Signable>(
  ledger: Ledger,
  accountId: string,
  claim: Claim<Request>,
): SignatureCheck | undefined {
  const { signature } = claim.request;
  if (signature === undefined) return undefined;
  return checkOf(ledger, ledger.book.find(accountId), { ...claim, signature });
}

/**
 * Lets the operation debit, or reserve, an amount once. An account without keys needs nothing. Refuses, in order:
 * SIGNATURE_MISSING, SIGNATURE_KEY_UNKNOWN, SIGNATURE_INVALID.
 */
export function authoriseDebit<Request extends Signable>(
  ledger: Ledger,
  account: Holding,
  claim: Claim<Request> & { readonly amount: bigint },
): void {
  if (account.keys === undefined && claim.request.signature === undefined) return;
  assertSigned(ledger, account, claim);
  ledger.book.grantDebit(account.accountId, claim.amount);
}

/** Refuses, in order: SIGNATURE_MISSING, SIGNATURE_KEY_UNKNOWN, SIGNATURE_INVALID. */
export function assertSigned<Request extends Signable>(ledger: Ledger, account: Holding, claim: Claim<Request>): void {
  const { accountId } = account;
  const { signature } = claim.request;
  if (signature === undefined) throw errors.SIGNATURE_MISSING({ accountId });
  const { keyId } = signature;
  const check = checkOf(ledger, account, { ...claim, signature });
  if (check === undefined) throw errors.SIGNATURE_KEY_UNKNOWN({ accountId, keyId });
  if (!ledger.isSigned(check)) throw errors.SIGNATURE_INVALID({ accountId, keyId });
}

/** An account that only its customer may debit cannot be debited by what carries no signature. Refuses: SIGNATURE_MISSING. */
export function assertUnsigned({ accountId, keys }: Holding): void {
  if (keys !== undefined) throw errors.SIGNATURE_MISSING({ accountId });
}

function checkOf<Request extends Signable>(
  { channel, namespace }: Ledger,
  account: Holding | undefined,
  { request, text, signature }: Claim<Request> & { readonly signature: CustomerSignature },
): SignatureCheck | undefined {
  const key = account?.keys?.find(({ keyId }) => keyId === signature.keyId);
  if (key === undefined) return undefined;
  const { algorithm, publicKey } = key;
  return { algorithm, publicKey, message: text({ channel, bank: namespace }, request), signature: signature.value };
}
