import type { Aftermath, Hold } from './schemas.ts';

/** What of a payment can still be refunded: the original less what was refunded (P7). */
export const refundable = (original: bigint, aftermath: Aftermath | undefined): bigint =>
  original - BigInt(aftermath?.refunded ?? '0');

/** True from the instant of expiry on: a hold is good until then, not at it (P5). */
export const isExpired = (hold: Pick<Hold, 'expiresAt'>, now: string): boolean => instant(hold.expiresAt) <= now;

/** Instants with and without milliseconds compare as text only in one form. */
export const instant = (text: string): string => (text.length === 20 ? text.replace('Z', '.000Z') : text);

/** What a hold gives back when part of it is posted (P4). */
export const releasedByPost = (held: bigint, posted: bigint): bigint => held - posted;

/** ISO 20022 external return reason for a creditor account that cannot take a credit; undefined where it can. */
export function returnReason(
  account: { readonly status: string; readonly currency: string } | undefined,
  currency: string,
): string | undefined {
  if (account === undefined) return 'AC03';
  if (account.status === 'CLOSED') return 'AC04';
  if (account.status === 'FROZEN') return 'AC06';
  return account.currency === currency ? undefined : 'AM03';
}

/** The booking date of an instant. */
export const dateOf = (time: string): string => time.slice(0, 10);
