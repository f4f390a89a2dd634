import { allocate } from '../../core/money.ts';

/** What a lender holds of a loan's outstanding principal. */
export interface Share {
  readonly lenderAccount: string;
  readonly principal: bigint;
}

/** Whether no principal is left of any share. */
export const areEmpty = (shares: readonly Share[]): boolean => shares.every(({ principal }) => principal === 0n);

/**
 * Splits money by the lenders' shares: floored, then one unit each in the lenders' order until all is given. A split of
 * principal of at most what is outstanding never takes a share below zero. Lenders of nothing left share equally.
 */
export function splitByShares(amount: bigint, shares: readonly Share[]): bigint[] {
  return allocate(amount, areEmpty(shares) ? shares.map(() => 1n) : shares.map(({ principal }) => principal));
}

/** Shares once the outstanding principal has changed, each in proportion to its weight; they sum to it exactly. */
export function adjustShares(shares: readonly Share[], outstanding: bigint, weights = shares): Share[] {
  const total = shares.reduce((sum, { principal }) => sum + principal, 0n);
  const less = total - outstanding;
  const parts = splitByShares(less < 0n ? -less : less, weights);
  return shares.map((share, index) => {
    const part = parts[index]!;
    return { ...share, principal: less < 0n ? share.principal + part : share.principal - part };
  });
}

/** Moves principal from one lender to another, who may be new; undefined when the seller holds less. */
export function moveShare(
  shares: readonly Share[],
  sale: { readonly seller: string; readonly buyer: string; readonly principal: bigint },
): Share[] | undefined {
  const held = shares.find(({ lenderAccount }) => lenderAccount === sale.seller)?.principal ?? 0n;
  if (held < sale.principal) return undefined;
  const buyer = shares.find(({ lenderAccount }) => lenderAccount === sale.buyer);
  const moved = shares.map((share) => {
    if (share.lenderAccount === sale.seller) return { ...share, principal: share.principal - sale.principal };
    if (share.lenderAccount === sale.buyer) return { ...share, principal: share.principal + sale.principal };
    return share;
  });
  const isNew = buyer === undefined;
  const all = isNew ? [...moved, { lenderAccount: sale.buyer, principal: sale.principal }] : moved;
  return all.filter(({ lenderAccount, principal }) => lenderAccount !== sale.seller || principal > 0n);
}
