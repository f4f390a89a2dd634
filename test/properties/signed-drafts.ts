import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { AuditOperation } from '../auditor/run-batch.ts';
import { keyIdOf, type PublicKey, signedTextOf } from '../auditor/signatures.ts';
import type { Model } from '../auditor/state.ts';

/**
 * Signed by a key of the account if it has any, by one that it does not have, over another request, or not at all.
 */
export const WAYS_TO_SIGN = ['properly', 'as a stranger', 'for another', 'never'] as const;
export type WayToSign = (typeof WAYS_TO_SIGN)[number];

/** PKCS #8 up to the seed of an Ed25519 key. */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Keys from fixed seeds, and of an algorithm without random numbers: a run must be the same when it is run again. */
const PRIVATE_KEYS = [1, 2, 3].map((seed) =>
  createPrivateKey({ key: Buffer.concat([PREFIX, Buffer.alloc(32, seed)]), format: 'der', type: 'pkcs8' }),
);
const KEYS: readonly PublicKey[] = PRIVATE_KEYS.map((key) => ({
  algorithm: 'Ed25519',
  publicKey: createPublicKey(key).export({ format: 'jwk' }).x as string,
}));
const STRANGER = 2;

/** Sets of keys that accounts are given: none takes them away. */
export const KEY_SETS: readonly (readonly PublicKey[])[] = [
  [KEYS[0] as PublicKey],
  [KEYS[1] as PublicKey, KEYS[0] as PublicKey],
  [],
];

/** The operation with a signature in the way asked for. */
export function signDraft(
  model: Model,
  lane: string,
  { how, ...operation }: AuditOperation & { readonly how: WayToSign },
): AuditOperation {
  const account = model.banks.get(lane)?.accounts.get(debtorOf(model, lane, operation) ?? '');
  const own = KEYS.findIndex(({ publicKey }) => publicKey === account?.keys?.[0]?.publicKey);
  if (how === 'never' || (how === 'properly' && own < 0)) return operation;
  const signer = how === 'as a stranger' || own < 0 ? STRANGER : own;
  const { request } = operation;
  const signed =
    how === 'for another' ? { ...request, creditorAccount: 'pine-a', accountId: 'pine-a', refundId: 'x' } : request;
  const text = signedTextOf({ lane, operation: operation.operation, request: signed });
  const value = sign(null, Buffer.from(text), PRIVATE_KEYS[signer] as (typeof PRIVATE_KEYS)[0]).toString('base64url');
  return { ...operation, request: { ...request, signature: { keyId: keyIdOf(KEYS[signer] as PublicKey), value } } };
}

/** The account whose customer has to sign. */
function debtorOf(model: Model, lane: string, { request }: AuditOperation): string | undefined {
  const { debtorAccount, accountId, paymentId, debtorBank } = request;
  if (debtorAccount !== undefined || accountId !== undefined) return debtorAccount ?? accountId;
  const state = model.banks.get(lane);
  const received = state?.received.get(`${debtorBank}/${paymentId}`);
  return (debtorBank === undefined ? state?.payments.get(paymentId)?.creditor : received?.item.creditor) ?? undefined;
}
