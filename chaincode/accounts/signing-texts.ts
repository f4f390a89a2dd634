import { type SigningPlace, signingText } from '../core/signing-text.ts';
import type { SetSigningKeys, Withdraw } from './schemas.ts';

/** What a customer signs who has cash paid out. */
export function withdrawalText(place: SigningPlace, request: Withdraw): string {
  const { withdrawalId, accountId, amount } = request;
  return signingText(place, 'accounts:withdraw', [
    ['withdrawalId', withdrawalId],
    ['accountId', accountId],
    ['amount', amount.amount],
    ['currency', amount.currency],
  ]);
}

/** What a customer signs, with one of the keys so far, who changes the keys of an account: all keys from then on. */
export function signingKeysText(place: SigningPlace, request: SetSigningKeys): string {
  const { changeId, accountId, keys } = request;
  return signingText(place, 'accounts:setSigningKeys', [
    ['changeId', changeId],
    ['accountId', accountId],
    ...keys.map(({ algorithm, publicKey }) => ['key', `${algorithm} ${publicKey}`] as const),
  ]);
}
