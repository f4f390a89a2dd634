import type { SignatureAlgorithm } from '../signatures.ts';

/** A key with which a customer signs; the form of `publicKey` is given in signatures.ts. */
export interface SigningKey {
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: string;
}

/** A customer account as its bank's book holds it; credit-normal, amounts in minor units. */
export interface Holding {
  readonly accountId: string;
  readonly currency: string;
  readonly status: HoldingStatus;
  /** Everything ever booked against it, and in its favour. */
  readonly debits: bigint;
  readonly credits: bigint;
  /** Set aside by holds. */
  readonly pending: bigint;
  /** With keys, every debit needs its customer's signature; absent where there are none. */
  readonly keys?: readonly SigningKey[] | undefined;
}

export const HOLDING_STATUSES = ['OPEN', 'FROZEN', 'CLOSED'] as const;
export type HoldingStatus = (typeof HOLDING_STATUSES)[number];

/** What of a holding does not follow from postings; a batch row tells it where an operation changes it. */
export type Standing = Pick<Holding, 'accountId' | 'currency' | 'status' | 'pending' | 'keys'>;

/** A bank's own accounts, such as `cedar.reserves`, are counters of the lane's head and not in the book. */
export const isCustomerAccount = (account: string): boolean => !account.includes('.');

/** The holding after a standing was told; a new one where the account was not known. */
export function withStanding(before: Holding | undefined, standing: Standing): Holding {
  // Keys that the standing does not name are gone.
  const { accountId, currency, status, pending, keys } = standing;
  return { accountId, currency, status, debits: before?.debits ?? 0n, credits: before?.credits ?? 0n, pending, keys };
}

// Written out, because a batch makes thousands: copies by spreading cost several times as much.
const changed = (
  { accountId, currency, status, keys }: Holding,
  { debits, credits, pending }: Pick<Holding, 'debits' | 'credits' | 'pending'>,
): Holding => ({ accountId, currency, status, debits, credits, pending, keys });

/** Booked balance: posted credits minus posted debits. */
export const bookedBalance = ({ credits, debits }: Holding): bigint => credits - debits;

/** What may still be spent: booked minus pending debits. Pending credits never count (A2). */
export const availableBalance = (holding: Holding): bigint => bookedBalance(holding) - holding.pending;

/** The holding after a posted credit. */
export const credited = (holding: Holding, amount: bigint): Holding =>
  changed(holding, {
    debits: holding.debits,
    credits: holding.credits + positive(amount),
    pending: holding.pending,
  });

/** The holding after a posted debit; keeps A2, so the caller decides about cover beforehand. */
export const debited = (holding: Holding, amount: bigint): Holding =>
  covered(
    changed(holding, {
      debits: holding.debits + positive(amount),
      credits: holding.credits,
      pending: holding.pending,
    }),
  );

/** The holding with an amount set aside for a hold. */
export const reserved = (holding: Holding, amount: bigint): Holding =>
  covered({ ...holding, pending: holding.pending + positive(amount) });

/** The holding with a hold's amount given back. */
export function released(holding: Holding, amount: bigint): Holding {
  const pending = holding.pending - positive(amount);
  if (pending < 0n) throw new Error(`Invariant A3: ${holding.accountId} would release more than it holds.`);
  return { ...holding, pending };
}

function positive(amount: bigint): bigint {
  if (amount <= 0n) throw new Error(`Invariant L1: a posting of ${amount} is not positive.`);
  return amount;
}

function covered(holding: Holding): Holding {
  if (availableBalance(holding) < 0n) throw new Error(`Invariant A2: ${holding.accountId} would be overdrawn.`);
  return holding;
}

/** Number of parts in which a book is saved. */
export const SEGMENTS = 64;

/** The part of the book that an account belongs to for ever (FNV-1a). */
export function segmentOf(accountId: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < accountId.length; place += 1) {
    hash = Math.imul(hash ^ accountId.charCodeAt(place), 0x01000193);
  }
  return (hash >>> 0) % SEGMENTS;
}
