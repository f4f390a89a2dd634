import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { signingKeysText, withdrawalText } from '@tangram/chaincode/accounts/index.ts';
import type { SetSigningKeys, Withdraw } from '@tangram/chaincode/accounts/schemas.ts';
import type { CustomerSignature, PublicKey } from '@tangram/chaincode/core/fields.ts';
import type { SigningPlace } from '@tangram/chaincode/core/signing-text.ts';
import { holdText, paymentText, refundText } from '@tangram/chaincode/payments/index.ts';
import type { HoldFunds, RefundPayment, SendPayment } from '@tangram/chaincode/payments/schemas.ts';

/** A customer's key, as this process holds it. */
export interface Signer {
  /** What the account is given as one of its `keys`. */
  readonly publicKey: PublicKey;
  /** Signs a canonical text. */
  sign(text: string): CustomerSignature;
}

/** A signer with a private key of P-256 or Ed25519. Throws for a key of any other kind. */
export function createSigner(privateKey: KeyObject): Signer {
  const publicKey = publicKeyOf(privateKey);
  const bytes = Buffer.from(publicKey.publicKey, 'base64url');
  const keyId = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const isEcdsa = publicKey.algorithm === 'ES256';
  return {
    publicKey,
    sign(text) {
      const message = Buffer.from(text);
      const value = isEcdsa
        ? sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })
        : sign(null, message, privateKey);
      return { keyId, value: value.toString('base64url') };
    },
  };
}

function publicKeyOf(privateKey: KeyObject): PublicKey {
  const { kty, crv, x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (kty === 'OKP' && crv === 'Ed25519') return { algorithm: 'Ed25519', publicKey: x };
  if (kty !== 'EC' || crv !== 'P-256') throw new TypeError('customers sign with P-256 or Ed25519');
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return { algorithm: 'ES256', publicKey: point.toString('base64url') };
}

/** The ledger at which the signed account is held: a signature is good for nothing elsewhere. */
type At = SigningPlace;
type Unsigned<Request> = Omit<Request, 'signature'>;

/** A payment with its debtor's signature; further fields, such as remittance, stay as they are. */
export function signPayment<Payment extends Unsigned<SendPayment>>(signer: Signer, at: At, payment: Payment) {
  return { ...payment, signature: signer.sign(paymentText(at, payment)) };
}

/** A hold with its debtor's signature, which covers the posting of the hold as well. */
export function signHold<Hold extends Unsigned<HoldFunds>>(signer: Signer, at: At, hold: Hold) {
  return { ...hold, signature: signer.sign(holdText(at, hold)) };
}

/** A refund with the signature of the payment's creditor; `debtorBank` where the payment came from another bank. */
export function signRefund<Refund extends Unsigned<RefundPayment>>(signer: Signer, at: At, refund: Refund) {
  return { ...refund, signature: signer.sign(refundText(at, refund)) };
}

/** A withdrawal with the signature of the account's customer. */
export function signWithdrawal<Withdrawal extends Unsigned<Withdraw>>(signer: Signer, at: At, withdrawal: Withdrawal) {
  return { ...withdrawal, signature: signer.sign(withdrawalText(at, withdrawal)) };
}

/** A change of an account's keys, signed with one of the keys so far. */
export function signKeyChange<Change extends Unsigned<SetSigningKeys>>(signer: Signer, at: At, change: Change) {
  return { ...change, signature: signer.sign(signingKeysText(at, change)) };
}
